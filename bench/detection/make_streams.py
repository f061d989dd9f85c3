"""Makes streams with known changes of concept, by river's generators, one gzipped CSV each.

Usage: make_streams.py FOLDER SIZE, with SIZE = {"rows", "seeds", "control_seeds", "issued"} as JSON
Prints JSON: per stream its family, group (abrupt, gradual, none), file, and the true changes {row, until}, rows from 0.
Changes lie at a quarter, half and three quarters of the rows unless the generator has others. Gradual ones blend
concepts along river's sigmoid of a width `w` of a twentieth of the rows around a middle `m`: from m - w (2 % new) until
m + w (98 %). The two streams "as issued" are those that the acceptance of this bench names: 40,000 rows, seeds from 10
and from 20.
"""

import itertools
import json
import os
import sys

import pandas as pd
import river
from river.datasets import synth

AGRAWAL = ((0, 3, 6, 1), (2, 5, 0, 4), (6, 2, 3, 0), (1, 4, 5, 2), (3, 1, 0, 6))
SEA, SINE, STAGGER = (0, 3, 1, 2), (0, 2, 1, 3), (0, 1, 2, 0)

# family: (number of concepts, concept k of a seed)
FAMILIES = {
    "SEA": (4, lambda k, seed: synth.SEA(variant=SEA[(k + seed) % 4], noise=0.1, seed=100 * seed + k)),
    "Agrawal": (4, lambda k, seed: synth.Agrawal(AGRAWAL[seed % 5][k], perturbation=0.05, seed=100 * seed + k)),
    "Sine": (4, lambda k, seed: synth.Sine(SINE[(k + seed) % 4], seed=100 * seed + k, has_noise=True)),
    "STAGGER": (4, lambda k, seed: synth.STAGGER(STAGGER[k], seed=100 * seed + k)),
    "Mixed": (4, lambda k, seed: synth.Mixed(k % 2, seed=100 * seed + k)),
    "LED": (4, lambda k, seed: synth.LEDDrift(100 * seed + k, 0.1, True, (0, 3, 5, 7)[k])),
    "RBF": (4, lambda k, seed: synth.RandomRBF(100 * seed + k, 100 * seed + 10 + k, 2, 10)),
}


def abrupt(family, seed, total):
    count, concept = FAMILIES[family]
    size = total // count
    rows = itertools.chain.from_iterable(concept(k, seed).take(size) for k in range(count))
    return rows, [{"row": k * size, "until": k * size} for k in range(1, count)]


def gradual(family, seed, total):
    count, concept = FAMILIES[family]
    middles, width = [k * total // count for k in range(1, count)], total // 20
    stream = concept(0, seed)
    for k, middle in enumerate(middles, 1):
        stream = synth.ConceptDriftStream(stream, concept(k, seed), position=middle, width=width, seed=1000 * seed + k)
    return stream.take(total), [{"row": m - width, "until": m + width} for m in middles]


def friedman(kind, seed, total):
    places = tuple(k * total // 4 for k in range(1, 4 if kind == "lea" else 3))
    width = total // 20 if kind == "gsg" else 0
    stream = synth.FriedmanDrift(kind, position=places, transition_window=width, seed=seed)
    return stream.take(total), [{"row": p, "until": p + width} for p in places]


def hyperplane(seed, total):
    """Stands still for half of the rows, then turns a little with each row."""
    stream = synth.Hyperplane(seed=seed, n_drift_features=5, mag_change=0.0, sigma=0.0)

    def rows():
        for i, row in enumerate(stream.take(total)):
            stream.mag_change = 0.001 if i >= total // 2 else 0.0
            yield row

    return rows(), [{"row": total // 2, "until": total}]


def as_issued(family):
    """The very streams of the issue: four parts of 10,000 rows."""
    if family == "SEA":
        parts = [synth.SEA(variant=v, noise=0.1, seed=10 + i) for i, v in enumerate(SEA)]
    else:
        parts = [synth.Agrawal(classification_function=v, perturbation=0.05, seed=20 + i) for i, v in enumerate((0, 3, 6, 1))]
    rows = itertools.chain.from_iterable(part.take(10_000) for part in parts)
    return rows, [{"row": r, "until": r} for r in (10_000, 20_000, 30_000)]


def still(family, seed, total):
    stream = synth.Friedman(seed) if family == "Friedman" else FAMILIES[family][1](0, seed)
    return stream.take(total), []


def streams(rows, seeds, control_seeds, issued):
    for family in ("Agrawal", "SEA") if issued else ():
        yield f"{family} as issued", "abrupt", 0, as_issued(family)
    for seed in range(1, seeds + 1):
        for family in FAMILIES:
            yield family, "abrupt", seed, abrupt(family, seed, rows)
        for kind in ("gra", "lea"):
            yield f"Friedman {kind}", "abrupt", seed, friedman(kind, seed, rows)
        for family in ("SEA", "Agrawal", "Sine", "RBF"):
            yield family, "gradual", seed, gradual(family, seed, rows)
        yield "Friedman gsg", "gradual", seed, friedman("gsg", seed, rows)
        yield "Hyperplane", "gradual", seed, hyperplane(seed, rows)
    for seed in range(101, control_seeds + 101):
        for family in ("SEA", "Agrawal", "Sine", "RBF", "LED", "Friedman"):
            yield family, "none", seed, still(family, seed, rows)


def main(folder, size):
    made = []
    for family, group, seed, (rows, changes) in streams(**json.loads(size)):
        name = f"{family} {group} {seed}"
        table = pd.DataFrame([{**{f"x{key}": value for key, value in x.items()}, "target": y} for x, y in rows])
        if table["target"].dtype == bool:
            table["target"] = table["target"].astype(int)
        path = os.path.join(folder, f"{name.replace(' ', '-')}.csv")
        table.round(4).to_csv(path, index=False)
        made.append({"name": name, "family": family, "group": group, "file": path, "changes": changes})
    json.dump({"streams": made, "versions": {"river": river.__version__}}, sys.stdout)


main(*sys.argv[1:])
