"""A matrix under a label delay, as view.ts has it: versions are named by the block before which they were trained."""

import json
import os

import numpy as np


class View:
    def __init__(self, folder, name, delay, start):
        with open(os.path.join(folder, f"{name}.json")) as file:
            matrix = json.load(file)
        self.lag = delay if isinstance(delay, int) else 0
        self.matrix, self.folder, self.name = matrix, folder, name
        self.start, self.blocks, self.is_error = start, matrix["blocks"], matrix["measure"] == "error"
        self.known_at = np.array(matrix["knownAt"]) + self.lag
        self.losses = np.array(matrix["loss"], dtype=float)
        self.seens = np.array(matrix.get("seen", matrix["loss"]), dtype=float)
        self.shifts = np.array(matrix["shift"], dtype=float)
        self.versions = {v["before"] + self.lag: v for v in matrix["versions"] if v["through"] is not None}
        self._rows = None

    def known(self, t):
        """Number of blocks, from the first, whose labels are known at the start of block t."""
        return int(np.searchsorted(self.known_at, t, side="right"))

    def seen(self, version, block):
        return self.seens[version - self.lag - 1, block]

    def through(self, version):
        return self.versions[version]["through"]

    def rows(self, version, block):
        """Losses row by row; NaN becomes nothing."""
        if self._rows is None:
            packed = np.load(os.path.join(self.folder, f"{self.name}.npz"))
            self._rows, self._starts = packed["rows"], packed["starts"]
        return self._rows[version - self.lag - 1, self._starts[block] : self._starts[block + 1]]


def replayed(view, decide):
    """Blocks at which a policy trains; `decide(t, serving, known)` is asked once a block, in order."""
    serving, trainings = view.start, []
    for t in range(view.start + 1, view.blocks):
        if t in view.versions and decide(t, serving, view.known(t)):
            trainings.append(t)
            serving = t
    return trainings


def cost(view, alpha, trainings, start=None, end=None, seen=False):
    losses = view.seens if seen else view.losses
    start, end = view.start if start is None else start, view.blocks if end is None else end
    serving, total = start, alpha * len(trainings)
    for t in range(start, end):
        serving = t if t in trainings else serving
        total += losses[serving - view.lag - 1, t]
    return total


def history(view):
    """Start and end of the blocks that can be replayed with what is known when the first paid block starts."""
    end = view.known(view.start)
    start = next((t for t in range(1, end) if t in view.versions), end)
    return start, end
