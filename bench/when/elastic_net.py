"""Elastic net with its penalty chosen by cross-validation, as scikit-learn's ElasticNetCV, for a few columns and many fits.

Works on sums of products alone; all folds, ratios and penalties descend together. Folds are runs of neighbouring rows.
"""

import numpy as np

RATIOS = np.array([0.1, 0.5, 1.0])
PENALTIES = 10
SMALLEST = 1e-3  # penalty, as a share of the one that leaves no column
SWEEPS = 30
TOLERANCE = 1e-3  # of the largest product


def fit(x, y, folds):
    """Coefficients and intercept."""
    edges = np.linspace(0, len(y), folds + 1).astype(int)
    is_held = np.zeros((folds, len(y)), dtype=bool)
    for fold, (a, b) in enumerate(zip(edges[:-1], edges[1:])):
        is_held[fold, a:b] = True
    penalties = penalties_of(x - x.mean(axis=0), y - y.mean())
    errors = np.zeros((len(RATIOS), PENALTIES))
    grams, rights, centres = zip(*(sums(x[~held], y[~held]) for held in is_held))
    found = descend(np.array(grams), np.array(rights), penalties)  # [fold, ratio, penalty, column]
    for fold, held in enumerate(is_held):
        middle, mean = centres[fold]
        predicted = (x[held] - middle) @ found[fold].reshape(-1, x.shape[1]).T + mean
        errors += ((y[held, None] - predicted) ** 2).mean(axis=0).reshape(errors.shape)
    ratio, penalty = np.unravel_index(errors.argmin(), errors.shape)
    gram, right, (middle, mean) = sums(x, y)
    coefficients = descend(gram[None], right[None], penalties)[0, ratio, penalty]
    return coefficients, mean - middle @ coefficients


def penalties_of(x, y):
    """[ratio, penalty], largest first."""
    largest = np.abs(x.T @ y).max() / len(y) / RATIOS
    return np.maximum(largest, 1e-12)[:, None] * np.logspace(0, np.log10(SMALLEST), PENALTIES)


def sums(x, y):
    middle, mean = x.mean(axis=0), y.mean()
    x, y = x - middle, y - mean
    return x.T @ x / len(y), x.T @ y / len(y), (middle, mean)


def descend(grams, rights, penalties):
    """Cyclic coordinate descent on 1/2 mean squared error + penalty (ratio |w| + (1 - ratio)/2 w^2)."""
    w = np.zeros((rights.shape[1], len(grams), *penalties.shape))  # [column, fold, ratio, penalty]
    left = np.broadcast_to(rights.T[:, :, None, None], w.shape).copy()  # what the columns have yet to explain
    columns = np.ascontiguousarray(grams.transpose(1, 2, 0))[..., None, None]
    hard, soft = penalties * RATIOS[:, None], penalties * (1 - RATIOS[:, None])
    largest = max(np.abs(rights).max(), 1e-12)
    for _ in range(SWEEPS):
        furthest = 0.0
        for j in range(len(w)):
            own = columns[j, j]
            slope = left[j] + own * w[j]
            moved = (slope - np.clip(slope, -hard, hard)) / np.maximum(own + soft, 1e-12)
            step = moved - w[j]
            left -= columns[:, j] * step
            w[j] = moved
            furthest = max(furthest, np.abs(step).max())
        if furthest < TOLERANCE * largest:
            break
    return w.transpose(1, 2, 3, 0)
