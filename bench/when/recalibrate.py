"""Versions recalibrated: intercept and slope refitted on the newest complete labels, everything else left as it is."""

import numpy as np
from table import LOGIT_MAX

ROWS_MIN = 500
BLOCKS_MAX = 4
IDENTITY = np.array([0.0, 1.0])
NEWTON_STEPS = 25
RIDGE = 10.0  # rows' worth of belief in the identity, so that few labels move little


def recalibrated(table, loss, versions, predictions, known, visible):
    """Loss on each block of version i, recalibrated at the start of block r: [i][r][j], null where r has no labels for it."""
    result = []
    for i, p in enumerate(predictions):
        by_start = [None] * table.blocks
        if p is not None:
            first = versions[i]["through"] + 1
            score = inputs(p, table.is_binary)
            previous = None
            for r in range(first + 1, table.blocks):
                rows = fresh_rows(table, first, r, known, visible)
                if rows is None:
                    continue
                if previous is None or rows[0] != previous[0]:
                    slope = fit(score[rows[1]], rows[2], table.is_binary)
                    previous = (rows[0], slope)
                by_start[r] = later_losses(table, loss, score, previous[1], first, r)
        result.append(by_start)
    return result


def fresh_rows(table, first, r, known, visible):
    """Labelled rows of the newest complete blocks that the version has not learned from; positions count from `first`."""
    newest = int(np.searchsorted(known, r, side="right")) - 1
    if newest < first:
        return None
    oldest = newest
    while oldest > first and newest - oldest + 1 < BLOCKS_MAX and table.starts[newest + 1] - table.starts[oldest] < ROWS_MIN:
        oldest -= 1
    at = np.arange(table.starts[oldest], table.starts[newest + 1])
    at = at[visible[at]]
    return (newest, at - table.starts[first], table.y[at]) if len(at) >= 30 else None


def inputs(p, is_binary):
    return np.clip(np.log(p.clip(1e-9)) - np.log1p(-p.clip(max=1 - 1e-7)), -LOGIT_MAX, LOGIT_MAX) if is_binary else p


def fit(score, y, is_binary):
    """Intercept and slope, shrunk towards 0 and 1: by Newton's steps, halved until the penalised loss falls."""
    x = np.column_stack([np.ones(len(score)), score]).astype(float)
    penalty = RIDGE * np.array([1.0, max(1e-9, score.var())]) * (0.25 if is_binary else 1.0)
    line = IDENTITY
    for _ in range(NEWTON_STEPS if is_binary else 1):
        eta = x @ line
        mean = logistic(eta) if is_binary else eta
        weight = mean * (1 - mean) + 1e-9 if is_binary else np.ones(len(y))
        downhill = x.T @ (y - mean) - penalty * (line - IDENTITY)
        step = np.linalg.solve(x.T @ (x * weight[:, None]) + np.diag(penalty), downhill)
        if is_binary:
            step = halved(x, y, penalty, line, step)
        line = line + step
        if np.abs(step).max() < 1e-6:
            break
    return line


def halved(x, y, penalty, line, step):
    before = penalised(x, y, penalty, line)
    for _ in range(20):
        if penalised(x, y, penalty, line + step) <= before:
            return step
        step = step / 2
    return np.zeros(2)


def penalised(x, y, penalty, line):
    eta = x @ line
    return np.sum(np.logaddexp(0, eta) - y * eta) + 0.5 * np.sum(penalty * (line - IDENTITY) ** 2)


def logistic(eta):
    return 1 / (1 + np.exp(-np.clip(eta, -30, 30)))


def later_losses(table, loss, score, line, first, r):
    offset = table.starts[first]
    eta = line[0] + line[1] * score[table.starts[r] - offset :]
    p = logistic(eta) if table.is_binary else eta
    rows = loss.rows(table.y[table.starts[r] :], p)
    edges = table.starts[r:-1] - table.starts[r]
    sums = np.add.reduceat(rows.astype(float), edges) / np.diff(table.starts[r:])
    return np.round(sums, 6).tolist()
