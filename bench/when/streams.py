"""ADWIN, KSWIN and FHDDM (river) on the losses of the version that serves, row by row, as labels become known.

Each has a few levels to choose from; the one that costs least on the history is taken.
"""

import numpy as np
from river.drift import ADWIN, KSWIN
from river.drift.binary import FHDDM
from views import cost, history, replayed

DETECTORS = {
    "ADWIN": {level: (lambda level=level: ADWIN(delta=level)) for level in (0.002, 0.05, 0.3)},
    "KSWIN": {level: (lambda level=level: KSWIN(alpha=level, seed=1)) for level in (0.005,)},
    "FHDDM": {level: (lambda level=level: FHDDM(confidence_level=level)) for level in (1e-6, 1e-3)},
}
# rows of a block that are fed, evenly spaced: river is Python, and KSWIN tests at every row
ROWS = {"ADWIN": 300, "KSWIN": 40, "FHDDM": 300}


class Streams:
    """Alarms do not depend on the price of a training, so a level is run once and its cost at each price looked up."""

    def __init__(self, view):
        self.view, self.runs = view, {}

    def policies(self):
        return [name for name in DETECTORS if name != "FHDDM" or self.view.is_error]

    def trainings(self, name, alpha):
        start, end = history(self.view)
        levels = DETECTORS[name]
        past = {level: self.run(name, level, True) for level in levels} if end - start >= 3 else {}
        costs = {level: cost(self.view, alpha, at, start, end, seen=True) for level, at in past.items()}
        best = min(costs, key=costs.get) if costs else next(iter(levels))
        return self.run(name, best, False)

    def run(self, name, level, in_history):
        key = (name, level, in_history)
        if key not in self.runs:
            detect = Detecting(self.view, DETECTORS[name][level], ROWS[name])
            self.runs[key] = self.over_history(detect) if in_history else replayed(self.view, detect.decide)
        return self.runs[key]

    def over_history(self, detect):
        start, end = history(self.view)
        serving, trainings = start, []
        for t in range(start + 1, end):
            if t in self.view.versions and detect.decide(t, serving, self.view.known(t)):
                trainings.append(t)
                serving = t
        return trainings


class Detecting:
    """Starts afresh with each version."""

    def __init__(self, view, make, rows):
        self.view, self.make, self.rows, self.serving = view, make, rows, None

    def decide(self, _t, serving, known):
        if serving != self.serving:
            self.serving, self.detector, self.next = serving, self.make(), self.view.through(serving) + 1
        alarm = False
        for block in range(self.next, known):
            for loss in thinned(self.view.rows(serving, block), self.rows):
                self.detector.update(bool(loss) if self.view.is_error and isinstance(self.detector, FHDDM) else float(loss))
                alarm = alarm or self.detector.drift_detected
        self.next = max(self.next, known)
        return alarm


def thinned(rows, most):
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(int)]
