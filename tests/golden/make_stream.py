"""Makes stream.json: what river's drift detectors, with their defaults, say about the same streams.

Run with Python 3 and: pip install river==0.26.1 scipy==1.17.1 numpy==2.4.6
    python tests/golden/make_stream.py > tests/golden/stream.json
Alarms are positions from 0. Statistics stand as after the number at that position, never at an alarm, where river
begins anew only with the next number. KSWIN draws at random: its draws are written down, to be fed to ours.
"""
import json
import random
import sys

import numpy as np
import river
import scipy
from river import drift

EVERY = 97


def streams():
    rng = np.random.default_rng(4)
    bits = lambda p: (rng.random(len(p)) < p).astype(float)
    step = lambda *parts: np.concatenate([np.full(n, v) for n, v in parts])
    yield "0/1: no change", "binary", bits(step((2000, 0.12)))
    yield "0/1: up twice, then down", "binary", bits(step((900, 0.05), (700, 0.3), (600, 0.6), (800, 0.1)))
    yield "0/1: a slow rise", "binary", bits(np.linspace(0.05, 0.45, 2500))
    yield "0/1: all alike, then not", "binary", bits(step((700, 0.0), (300, 0.2), (500, 1.0)))
    yield "real: half normal, wider, wider", "real", np.abs(rng.normal(0, step((800, 1.0), (700, 2.0), (500, 8.0))))
    yield "real: lognormal, twice as large, half", "real", np.exp(rng.normal(0, 1, 1800)) * step((700, 1), (500, 2), (600, 0.5))
    yield "real: amounts of money", "real", np.round(np.exp(rng.normal(3, 1.2, 1500)), 2) * step((1000, 1), (500, 3))
    yield "real: constant, then another constant", "real", step((200, 5.0), (300, 4.0), (300, 9.0))


def text(xs):
    """Numbers in one line of the file."""
    return " ".join(f"{x:g}" for x in xs)


def follow(detector, xs, statistics):
    """Alarms, and the statistics now and then."""
    alarms, seen = [], []
    for i, x in enumerate(xs):
        detector.update(x)
        if detector.drift_detected:
            alarms.append(i)
        elif i % EVERY == EVERY - 1:
            seen.append({"at": i, **{name: read(detector) for name, read in statistics.items()}})
    return {"alarms": alarms, "statistics": seen}


ADWIN = {"total": lambda d: d.total, "squares": lambda d: d.variance, "seen": lambda d: d.width}
PAGE_HINKLEY = {
    "mean": lambda d: d._x_mean.get(),
    "rise": lambda d: d._sum_increase,
    "fall": lambda d: d._sum_decrease,
    "lowestRise": lambda d: d._min_increase,
    "highestFall": lambda d: d._max_decrease,
}
DDM = {"rate": lambda d: d._p.get(), "lowestRate": lambda d: d._p_min, "lowestDeviation": lambda d: d._s_min}


class Recorder(random.Random):
    """Writes down what is drawn."""

    drawn = []

    def sample(self, population, k):
        self.drawn.append(super().sample(population, k))
        return self.drawn[-1]


class RecordedKSWIN(drift.KSWIN):
    def _reset(self):
        super()._reset()
        self._rng = Recorder(len(Recorder.drawn))


def kswin(xs):
    Recorder.drawn = []
    detector, alarms, tests = RecordedKSWIN(seed=1), [], []
    for i, x in enumerate(xs):
        before = len(Recorder.drawn)
        detector.update(x)
        if len(Recorder.drawn) > before:
            tests.append({"at": i, "draw": text(Recorder.drawn[-1]), "p": float(detector.p_value)})
        if detector.drift_detected:
            alarms.append(i)
    return {"alarms": alarms, "tests": tests}


def main():
    cases = []
    for name, kind, xs in streams():
        xs = [float(f"{x:.6g}") for x in xs]
        case = {
            "name": name,
            "kind": kind,
            "numbers": text(xs),
            "adwin": follow(drift.ADWIN(), xs, ADWIN),
            "page-hinkley": follow(drift.PageHinkley(), xs, PAGE_HINKLEY),
        }
        if kind == "binary":
            case["ddm"] = follow(drift.binary.DDM(), xs, DDM)
        cases.append(case)
    rng = np.random.default_rng(9)
    short = [float(f"{x:.4g}") for x in np.concatenate([np.abs(rng.normal(0, 1, 160)), np.abs(rng.normal(0, 4, 140))])]
    json.dump({
        "madeBy": f"river {river.__version__}; scipy {scipy.__version__} ks_2samp; numpy {np.__version__}",
        "script": "tests/golden/make_stream.py",
        "cases": cases,
        "kswin": {"kind": "real", "numbers": text(short), **kswin(short)},
    }, sys.stdout, separators=(",", ":"))
    print()


main()
