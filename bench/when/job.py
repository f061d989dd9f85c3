"""How a script of this folder is asked: one JSON argument in, JSON on standard output."""

import json
import sys


def run(main):
    """Runs `main` on the job given; data that cannot be used are an answer of their own, not a failure of the bench."""
    try:
        main(json.loads(sys.argv[1]))
    except ValueError as error:
        if not str(error).startswith("Cannot"):
            raise
        json.dump({"error": str(error)}, sys.stdout)
