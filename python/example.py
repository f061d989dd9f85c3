"""Asks about shoppers and runs a cycle: PERENNIAL_URL and PERENNIAL_API_KEY say where.

    python python/example.py churn 12345 17841
"""

import os
import sys

from perennial import Perennial, PerennialError

model, *shoppers = sys.argv[1:]
perennial = Perennial(os.environ.get("PERENNIAL_URL", "http://127.0.0.1:8000"), os.environ.get("PERENNIAL_API_KEY"))
for status in perennial.status()["models"]:
    print(f"{status['model']}: {status['health']['text']}")
try:
    answer = perennial.predict(model, users=shoppers)
    for shopper in answer["predictions"]:
        print(f"{shopper['user']}: {shopper['prediction']:.4f} by version {answer['version']}")
    print("asked for:", ", ".join(perennial.force(model=model, why="from Python")["models"]))
except PerennialError as error:
    print(f"refused ({error.status}): {error}")
    sys.exit(1)
