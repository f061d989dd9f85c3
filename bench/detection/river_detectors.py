"""river's drift detectors, with their defaults, on given streams of errors.

Usage: river_detectors.py ERRORS.json
ERRORS: {"streams": [{"name", "kind", "errors"}], "speed": [0/1 numbers]}.
Prints JSON: per stream and detector the places of its alarms, and numbers per second.
"""

import json
import multiprocessing
import sys
import time

from river import drift

DETECTORS = {
    "adwin": (drift.ADWIN, ("binary", "real")),
    "page-hinkley": (drift.PageHinkley, ("binary", "real")),
    "ddm": (drift.binary.DDM, ("binary",)),
    "kswin": (lambda: drift.KSWIN(seed=1), ("binary", "real")),
    "hddm-a": (drift.binary.HDDMA, ("binary",)),
    "hddm-w": (drift.binary.HDDMW, ("binary",)),
}
SLOW = {"kswin": 5_000}  # a SciPy call for each number


def alarms(make, errors):
    detector, found = make(), []
    for i, x in enumerate(errors):
        detector.update(x)
        if detector.drift_detected:
            found.append(i)
    return found


def watch(stream):
    """Every detector that can read such errors."""
    able = {name: make for name, (make, kinds) in DETECTORS.items() if stream["kind"] in kinds}
    return stream["name"], {name: alarms(make, stream["errors"]) for name, make in able.items()}


def speed(make, numbers):
    detector, begun = make(), time.perf_counter()
    for x in numbers:
        detector.update(x)
    return len(numbers) / (time.perf_counter() - begun)


def main(path):
    with open(path) as file:
        given = json.load(file)
    with multiprocessing.Pool(2) as pool:
        found = dict(pool.imap_unordered(watch, given["streams"]))
    speeds = {name: speed(make, given["speed"][: SLOW.get(name)]) for name, (make, _) in DETECTORS.items()}
    json.dump({"alarms": found, "speeds": speeds}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
