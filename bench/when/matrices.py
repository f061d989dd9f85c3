"""Loss matrices of a set: every version, trained before each block, scored on every later block.

Usage: matrices.py JSON, with {set, path, out, learners, seeds, history, window, loss, quick}.
Writes a JSON file, as matrix.ts reads it, and the losses row by row (npz, for streaming detectors) for each learner,
seed and way in which labels become known; prints the names of the files.
"""

import json
import os
import sys
import time

import numpy as np
from job import run
from recalibrate import recalibrated
from table import LOGIT_MAX, history_of, read

BATCHES = 24  # runs of neighbouring rows, so that errors of means hold where neighbours are alike
ROWS_MIN = 30
SAY_SECONDS = 15
COMPLETE = 0.95  # share of a block's outcomes known, from which on it counts as complete


def learners():
    """Loaded when they are needed, which takes seconds: a set that is refused does not wait for them."""
    from learners import LEARNERS
    return LEARNERS


def main(job):
    table = read(job["path"], job["set"], job["quick"])
    history = history_of(table, job["history"])
    table.encode(history)
    loss = Loss(table, job["loss"], history)
    files = []
    for learner in job["learners"]:
        for seed in range(1, job["seeds"] + 1):
            for mode in modes_of(table) if learner in learners() else ["fixed"]:
                name = f"{job['set']}.{learner}.seed{seed}.{mode}"
                files.append(name)
                if not job["quick"] and os.path.exists(os.path.join(job["out"], f"{name}.json")):
                    continue
                started = time.perf_counter()
                one_matrix(table, job, learner, seed, mode, history, loss)
                print(f"when: {name}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    json.dump({"files": files}, sys.stdout)


def modes_of(table):
    """A label delay that differs from row to row gives two ways more."""
    ages = table.known_at - table.block
    return ["fixed"] if ages.min() == ages.max() else ["fixed", "natural-complete", "natural-known"]


class Loss:
    def __init__(self, table, name, history):
        self.name = name or ("error" if table.is_binary else "squared")
        past = table.y[table.block < history]
        self.scale = past.var() if past.var() > 0 else 1.0

    def rows(self, y, p):
        if self.name == "error":
            return ((p >= 0.5) != (y > 0.5)).astype(np.float32)
        if self.name == "log":
            p = np.clip(p, 1 / (1 + np.exp(LOGIT_MAX)), None).clip(max=1 / (1 + np.exp(-LOGIT_MAX)))
            return -(y * np.log(p) + (1 - y) * np.log1p(-p))
        return (y - p) ** 2 / self.scale


def known_from(table, mode):
    """The first block by whose start the labels of each block are known."""
    if mode == "fixed":
        return np.arange(1, table.blocks + 1)
    at = []
    for block in range(table.blocks):
        ages = np.sort(table.known_at[table.rows_of(block)])
        at.append(ages[int(np.ceil(COMPLETE * len(ages))) - 1])
    return np.maximum.accumulate(at)


def one_matrix(table, job, learner, seed, mode, history, loss):
    # a bootstrap of the rows, one for all versions of a seed; the first seed takes all rows as they are
    random = np.random.default_rng(seed)
    weights = np.ones(len(table.y)) if seed == 1 else random.poisson(1.0, len(table.y)).astype(float)
    known = known_from(table, mode)
    model = learners()[learner](table, seed) if learner in learners() else Elsewhere(job["predictions"], table)
    versions, predictions = [], []
    said = time.perf_counter()
    for before in range(1, table.blocks):
        if time.perf_counter() - said > SAY_SECONDS:
            said = time.perf_counter()
            print(f"when: {job['set']}, {learner}: version {before} of {table.blocks - 1}", file=sys.stderr, flush=True)
        rows, through = training_rows(table, before, mode, known, job["window"])
        rows = rows[weights[rows] > 0]
        if len(rows) < ROWS_MIN:
            versions.append({"before": before, "through": None, "rows": len(rows), "seconds": 0})
            predictions.append(None)
            continue
        started = time.perf_counter()
        model.fit(rows, weights[rows])
        versions.append({
            "before": before, "through": int(through), "rows": int(weights[rows].sum()),
            "seconds": round(time.perf_counter() - started, 3),
        })  # fmt: skip
        predictions.append(model.predict(slice(table.starts[through + 1], None)).astype(np.float32))
    write(table, job, learner, seed, mode, history, loss, known, versions, predictions)


class Elsewhere:
    """A learner of which only the predictions are here, version by version."""

    def __init__(self, path, table):
        self.predictions, self.version = np.fromfile(path, "<f4").reshape(table.blocks - 1, -1), -1

    def fit(self, rows, weights):
        self.version += 1

    def predict(self, rows):
        return self.predictions[self.version, rows].astype(float)


def training_rows(table, before, mode, known, window):
    """Rows that may be learned from before a block, and the newest block among them."""
    if mode == "natural-known":
        usable = (table.block < before) & (table.known_at <= before)
    else:
        newest = np.searchsorted(known, before, side="right") - 1  # blocks whose labels count as known
        usable = table.block <= newest
        if mode == "natural-complete":
            usable &= table.known_at <= before
    if usable.any() and window:
        usable &= table.block > table.block[usable].max() - window
    rows = np.flatnonzero(usable)
    return rows, (table.block[rows].max() if len(rows) else -1)


def write(table, job, learner, seed, mode, history, loss, known, versions, predictions):
    rows = loss_rows(table, loss, versions, predictions)
    visible = table.known_at <= (known if mode != "fixed" else np.full(table.blocks, 10**9))[table.block]
    matrix = {
        "format": 1, "set": job["set"], "kind": "classification" if table.is_binary else "regression",
        "measure": loss.name, "learner": learner, "seed": seed, "mode": mode, "history": history,
        "minDelay": int((table.known_at - table.block).min() - 1) if mode == "fixed" else 0,
        "blocks": table.blocks, "rows": np.diff(table.starts).tolist(), "knownAt": known.tolist(),
        "versions": versions, "loss": means(table, rows, None), "shift": rounded(table.shift),
        "pairSe": pair_errors(table, rows, visible),
        "recal": recalibrated(table, loss, versions, predictions, known, visible),
    }  # fmt: skip
    if not visible.all():
        matrix["seen"] = means(table, rows, visible)
    name = f"{job['set']}.{learner}.seed{seed}.{mode}"
    streams = rows.astype(np.uint8) if loss.name == "error" else rows.astype(np.float32)
    if loss.name == "error":
        streams[np.isnan(rows)] = 2
    np.savez_compressed(os.path.join(job["out"], f"{name}.npz"), rows=streams, starts=table.starts)
    path = os.path.join(job["out"], f"{name}.json")
    with open(path + ".part", "w") as file:
        json.dump(matrix, file, separators=(",", ":"))
    os.rename(path + ".part", path)  # whole, or not there


def loss_rows(table, loss, versions, predictions):
    """Loss of each version on each row; NaN on rows up to its newest training block."""
    rows = np.full((len(versions), len(table.y)), np.nan, dtype=np.float32)
    for i, p in enumerate(predictions):
        if p is not None:
            start = table.starts[versions[i]["through"] + 1]
            rows[i, start:] = loss.rows(table.y[start:], p)
    return rows


def means(table, rows, visible):
    result = []
    for block in range(table.blocks):
        part = rows[:, table.rows_of(block)]
        if visible is not None:
            part = part[:, visible[table.rows_of(block)]]
        result.append(part.mean(axis=1, dtype=float) if part.shape[1] else np.full(len(rows), np.nan))
    return rounded(np.array(result).T)


def pair_errors(table, rows, visible):
    """Standard errors of the paired mean differences, from means of runs of neighbouring rows: [block][i][k], i < k."""
    result = []
    for block in range(table.blocks):
        part = rows[:, table.rows_of(block)][:, visible[table.rows_of(block)]]
        batches = min(BATCHES, part.shape[1] // 2)
        if batches < 2:
            result.append([])
            continue
        edges = np.linspace(0, part.shape[1], batches + 1).astype(int)
        batch = np.array([part[:, a:b].mean(axis=1, dtype=float) for a, b in zip(edges[:-1], edges[1:])])
        spread = np.array([(batch[:, i : i + 1] - batch[:, i + 1 :]).std(axis=0, ddof=1) for i in range(len(rows) - 1)], dtype=object)
        result.append([rounded(np.atleast_1d(s / np.sqrt(batches)).astype(float)) for s in spread])
    return result


def rounded(values):
    """Six decimals, as JSON has it: what is not there is null."""
    values = np.asarray(values, dtype=float)
    return np.where(np.isnan(values), None, np.round(values, 6)).tolist()


if __name__ == "__main__":
    run(main)
