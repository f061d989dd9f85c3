"""Hands a set to a learner outside Python: features, targets and blocks of all rows.

Usage: export.py JSON, with {set, path, history, out, quick}. Writes float32 features [rows, width], a flag for each level of a text
column, then float64 targets and int32 blocks, to OUT.features, OUT.target and OUT.block; prints their shape.
"""

import json
import sys

import numpy as np
from job import run
from table import history_of, read


def main(job):
    table = read(job["path"], job["set"], job["quick"])
    table.encode(history_of(table, job["history"]))
    columns = []
    for place in range(table.tree.shape[1]):
        column = table.tree[:, place]
        if place in table.categorical:
            columns += [column == level for level in range(int(column.max()) + 1)]
        else:
            columns.append(column)
    features = np.column_stack(columns).astype("<f4")
    features.tofile(job["out"] + ".features")
    table.y.astype("<f8").tofile(job["out"] + ".target")
    table.block.astype("<i4").tofile(job["out"] + ".block")
    shape = {"rows": len(features), "width": features.shape[1], "blocks": table.blocks, "isBinary": table.is_binary}
    json.dump({**shape, "lag": int((table.known_at - table.block).min())}, sys.stdout)


if __name__ == "__main__":
    run(main)
