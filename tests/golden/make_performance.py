"""Makes performance.json: what src/performance computes, by other tools and other ways.

Run with Python 3 and: pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
    python tests/golden/make_performance.py > tests/golden/performance.json

Standard errors come from a bootstrap over shoppers, which shares nothing with the formulas it checks. Expected scores of
predictions without outcomes come from scikit-learn: each row counts as a positive with weight c and a negative with 1 - c.
"""
import json
import sys

import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize
from scipy.special import expit, logit
from scipy.stats import binomtest, t as student
from sklearn import metrics as m

FLOOR = 1e-4
DRAWS = 2000


def packed(rows):
    """Columns as text: one line each, however long."""
    return {name: " ".join(map(str, np.asarray(values).tolist())) for name, values in zip(["prediction", "outcome", "shopper"], rows)}


def clipped(p):
    return np.clip(p, FLOOR, 1 - FLOOR)


def losses(name, y, p, cap):
    if name == "accuracy":
        return ((p >= 0.5) != (y == 1)).astype(float)
    if name == "logLoss":
        return -np.log(np.where(y == 1, clipped(p), 1 - clipped(p)))
    if name == "cappedMse":
        return (np.minimum(y, cap) - np.minimum(p, cap)) ** 2
    raise ValueError(name)


SCORES = {
    "accuracy": lambda y, p, cap: m.accuracy_score(y, p >= 0.5),
    "auc": lambda y, p, cap: m.roc_auc_score(y, p) if 0 < y.mean() < 1 else np.nan,
    "logLoss": lambda y, p, cap: m.log_loss(y, clipped(p), labels=[0, 1]),
    "brier": lambda y, p, cap: m.brier_score_loss(y, clipped(p)),
    "mse": lambda y, p, cap: m.mean_squared_error(y, p),
    "cappedMse": lambda y, p, cap: m.mean_squared_error(np.minimum(y, cap), np.minimum(p, cap)),
    "mae": lambda y, p, cap: m.mean_absolute_error(y, p),
    "r2": lambda y, p, cap: m.r2_score(y, p),
    "bias": lambda y, p, cap: p.mean() - y.mean(),
}


def classification(rng, n, shoppers, tilt=0.0):
    """Rows of some shoppers, alike within a shopper; `tilt` makes the probabilities wrong."""
    shopper = rng.integers(0, shoppers, n)
    taste = rng.normal(0, 1, shoppers)[shopper]
    x = rng.normal(0.3, 1.2, n) + taste * 0.5
    y = (rng.random(n) < expit(x + 0.8 * taste)).astype(int)
    return np.round(expit(x * (1 + tilt) - tilt), 3), y, shopper


def regression(rng, n, shoppers, level=1.0):
    shopper = rng.integers(0, shoppers, n)
    taste = rng.normal(0, 0.5, shoppers)[shopper]
    p = np.round(np.exp(rng.normal(2, 0.5, n) + taste), 2)
    y = np.round(level * p * np.exp(rng.normal(-0.1, 0.4, n) + 0.3 * taste) * (rng.random(n) < 0.7), 2)
    return p, y, shopper


def resampled(rng, *samples):
    """The same shoppers drawn from every sample."""
    names = np.unique(np.concatenate([s for s in samples]))
    count = dict(zip(names, rng.multinomial(len(names), np.ones(len(names)) / len(names))))
    return [np.repeat(np.arange(len(s)), [count[k] for k in s]) for s in samples]


def bootstrap(rng, of, *shoppers):
    draws = np.array([of(*resampled(rng, *shoppers)) for _ in range(DRAWS)], dtype=float)
    return np.nanstd(draws, axis=0, ddof=1)


def intervals(rng, kind, rows, cap):
    p, y, shopper = rows
    names = ["accuracy", "auc", "logLoss", "brier"] if kind == "classification" else ["mse", "cappedMse", "mae", "r2", "bias"]
    error = bootstrap(rng, lambda at: [SCORES[k](y[at], p[at], cap) for k in names], shopper)
    return {
        "kind": kind, "cap": cap, "rows": packed(rows),
        "want": {k: {"value": float(SCORES[k](y, p, cap)), "error": float(e)} for k, e in zip(names, error)},
    }


def calibrator(p, y):
    """Penalised likelihood by a general optimiser."""
    x = logit(clipped(p))
    cost = lambda w: -np.sum(np.where(y == 1, -np.logaddexp(0, -(w[0] + w[1] * x)), -np.logaddexp(0, w[0] + w[1] * x))) + (w[0] ** 2 + (w[1] - 1) ** 2) / 2
    return minimize(cost, [0, 1], method="BFGS", options={"gtol": 1e-9}).x


def cbpe(rng):
    p, y, shopper = classification(rng, 400, 150, tilt=0.6)
    waiting = classification(rng, 300, 120, tilt=0.6)
    a, b = calibrator(p, y)
    q = waiting[0]
    c = expit(a + b * logit(clipped(q)))
    both, weight = np.r_[np.ones(len(q)), np.zeros(len(q))], np.r_[c, 1 - c]
    qq = np.r_[q, q]
    draws = []
    for _ in range(DRAWS):  # outcomes independent of each other, and the calibrator learned anew
        at = resampled(rng, shopper)[0]
        a2, b2 = calibrator(p[at], y[at])
        c2 = expit(a2 + b2 * logit(clipped(q)))
        z = (rng.random(len(q)) < c2).astype(int)
        draws.append([SCORES[k](z, q, None) for k in ["accuracy", "auc", "logLoss", "brier"]])
    return {
        "known": packed((p, y, shopper)),
        "waiting": packed(waiting),
        "calibrator": [float(a), float(b)],
        "want": {
            "accuracy": m.accuracy_score(both, qq >= 0.5, sample_weight=weight),
            "auc": m.roc_auc_score(both, qq, sample_weight=weight),
            "logLoss": m.log_loss(both, clipped(qq), sample_weight=weight),
            "brier": m.brier_score_loss(both, clipped(qq), sample_weight=weight),
        },
        "errors": dict(zip(["accuracy", "auc", "logLoss", "brier"], np.std(draws, axis=0, ddof=1).tolist())),
    }


def edges_of(p):
    """Bins of about equally many rows, at least 25 in each and at most ten; ties stay together."""
    s = np.sort(p)
    count = min(10, max(1, len(s) // 25))
    return np.unique([e for e in (s[k * len(s) // count] for k in range(1, count)) if e > s[0]])


def expectations(loss, now, then, cap, baseline):
    (p1, y1), (p0, y0) = now, then
    l1, l0 = losses(loss, y1, p1, cap), losses(loss, y0, p0, cap)
    edges = edges_of(p0)
    b1, b0 = np.digitize(p1, edges), np.digitize(p0, edges)
    means = np.array([l0[b0 == k].mean() for k in range(len(edges) + 1)])
    g1 = losses(loss, y1, np.full(len(y1), baseline), cap).mean()
    g0 = losses(loss, y0, np.full(len(y0), baseline), cap).mean()
    return np.array([l0.mean(), means[b1].mean(), l0.mean() * g1 / g0]), l1.mean()


def excess(rng, kind, loss, now, then, cap, baseline):
    def of(i, j):
        expected, have = expectations(loss, (now[0][i], now[1][i]), (then[0][j], then[1][j]), cap, baseline)
        return have - expected

    expected, have = expectations(loss, now[:2], then[:2], cap, baseline)
    return {
        "kind": kind, "loss": loss, "cap": cap, "baseline": baseline,
        "now": packed(now), "then": packed(then),
        "want": {"expected": expected.tolist(), "excess": (have - expected).tolist(),
                 "errors": bootstrap(rng, of, now[2], then[2]).tolist()},
    }


def line(rng):
    """Weighted least squares and the interval of its mean, by the textbook's matrices."""
    x = np.array([-112.0, -84, -56, -28, 0])
    y, w = np.round(0.5 + 0.0006 * x + rng.normal(0, 0.004, 5), 4), np.array([300.0, 200, 400, 350, 300])
    X = np.c_[np.ones(5), x]
    inverse = np.linalg.inv(X.T @ (w[:, None] * X))
    beta = inverse @ X.T @ (w * y)
    s2 = float(np.sum(w * (y - X @ beta) ** 2) / 3)
    threshold = 0.53
    days = np.arange(0, 3651)
    at = np.c_[np.ones(len(days)), days]
    mean = at @ beta
    reach = student.ppf(0.95, 3) * np.sqrt(s2 * np.einsum("ij,jk,ik->i", at, inverse, at))
    first = lambda hit: int(days[hit][0]) if hit.any() else None
    return {"days": x.tolist(), "loss": y.tolist(), "rows": w.tolist(), "threshold": threshold, "confidence": 0.9,
            "want": {"perDay": float(beta[1]), "daysLeft": first(mean >= threshold),
                     "low": first(mean + reach >= threshold), "high": first(mean - reach >= threshold)}}


def main():
    rng = np.random.default_rng(11)
    churn = [classification(rng, 300, 90), classification(rng, 400, 140)]
    spend = [regression(rng, 350, 120, 1.3), regression(rng, 450, 160)]
    wilson = [{"hits": k, "n": n, "confidence": 0.9,
               "want": list(binomtest(k, n).proportion_ci(0.9, "wilson"))} for k, n in [(0, 12), (7, 20), (30, 30)]]
    json.dump({
        "madeBy": f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, numpy {np.__version__}; bootstrap of {DRAWS} draws",
        "script": "tests/golden/make_performance.py",
        "intervals": [intervals(rng, "classification", churn[0], None), intervals(rng, "regression", spend[0], 40.0)],
        "cbpe": cbpe(rng),
        "excess": [excess(rng, "classification", "logLoss", *churn, None, 0.6),
                   excess(rng, "regression", "cappedMse", *spend, 40.0, 8.0)],
        "wilson": wilson,
        "line": line(rng),
    }, sys.stdout, indent=2)
    print()


main()
