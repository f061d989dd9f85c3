"""Makes drift.json: distances between samples, p-values and adjustments by SciPy; PSI, total variation and Holm, which
SciPy does not have, by their formulas in NumPy.

Run with Python 3 and: pip install numpy==2.4.6 scipy==1.17.1
    python tests/golden/make_drift.py > tests/golden/drift.json
"""
import json
import sys

import numpy as np
import scipy
from scipy import integrate, stats
from scipy.spatial.distance import jensenshannon

random = np.random.default_rng(20261123)


def floats(values):
    """Values that are the same number in 32 and in 64 bits."""
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def sample_case(name, a, b, exact):
    a, b = floats(a), floats(b)
    found = stats.ks_2samp(a, b, method="exact" if exact else "asymp")
    d = float(found.statistic)
    scale = np.sqrt(len(a) * len(b) / (len(a) + len(b)))
    return {
        "name": name,
        "a": a.tolist(),
        "b": b.tolist(),
        "ks": d,
        "ksExactP": float(found.pvalue) if exact else None,
        "ksLimitP": float(stats.kstwobign.sf(scale * d)),
        "wasserstein": float(stats.wasserstein_distance(a, b)),
        "energy": float(stats.energy_distance(a, b)),
    }


def counts_case(name, reference, current):
    r, c = np.array(reference, float), np.array(current, float)
    both = np.stack([r, c])[:, r + c > 0]
    if both.shape[1] > 1:
        found = stats.chi2_contingency(both, correction=False)
        chi = {"statistic": float(found.statistic), "df": int(found.dof), "p": float(found.pvalue)}
    else:
        chi = {"statistic": 0.0, "df": 0, "p": 1.0}
    r, c = r / r.sum(), c / c.sum()
    rf, cf = np.maximum(r, 1e-4), np.maximum(c, 1e-4)
    return {
        "name": name,
        "reference": reference,
        "current": current,
        "psi": float(np.sum((cf - rf) * np.log(cf / rf))),
        "jensenShannon": float(np.nan_to_num(jensenshannon(r, c, base=2))),
        "totalVariation": float(np.abs(r - c).sum() / 2),
        "chiSquare": chi,
    }


def holm(ps):
    ps, order = np.array(ps), np.argsort(ps, kind="stable")
    adjusted = np.empty(len(ps))
    adjusted[order] = np.minimum(1, np.maximum.accumulate((len(ps) - np.arange(len(ps))) * ps[order]))
    return adjusted


def multiple_case(name, ps):
    return {
        "name": name,
        "ps": ps,
        "holm": holm(ps).tolist(),
        "benjaminiHochberg": stats.false_discovery_control(ps, method="bh").tolist(),
    }


def tail_case(weights, means, q):
    """P(sum w (z + m)^2 > q) by Imhof's integral."""
    w, m = np.array(weights), np.array(means)

    def integrand(u):
        wu = w * u
        angle = np.sum(np.arctan(wu) + m**2 * wu / (1 + wu**2)) / 2 - q * u / 2
        size = np.prod((1 + wu**2) ** 0.25) * np.exp(np.sum((m * wu) ** 2 / (1 + wu**2)) / 2)
        return np.sin(angle) / (u * size)

    value, error = integrate.quad(integrand, 0, np.inf, limit=5000, epsabs=1e-9, epsrel=1e-9)
    assert error < 1e-7, error
    return {"weights": weights, "means": means, "q": q, "want": float(0.5 + value / np.pi)}


normal, skewed = random.normal(size=400), random.lognormal(size=300)
samples = [
    sample_case("one value each", [1], [2], True),
    sample_case("the same value", [3], [3], True),
    sample_case("tiny", [1, 2, 3], [2, 3, 4, 5], True),
    sample_case("nothing in common", random.normal(size=30), random.normal(9, size=20), True),
    sample_case("normal", normal[:90], random.normal(0.3, size=70), True),
    sample_case("lognormal", skewed[:120], random.lognormal(0.2, size=80), True),
    sample_case("ties", random.poisson(2, size=100), random.poisson(3, size=60), True),
    sample_case("an atom at 0", skewed[:150] * (random.random(150) < 0.3), random.lognormal(size=100) * (random.random(100) < 0.5), True),
    sample_case("larger, lognormal", skewed, random.lognormal(0.1, 1.2, size=280), False),
    sample_case("negative and large", normal * 1e6, random.normal(size=350) * 1.1e6, False),
]
counts = [
    counts_case("alike", [10, 30], [100, 300]),
    counts_case("a bin empties", [50, 50], [0, 100]),
    counts_case("a new bin", [40, 60, 0], [30, 50, 20]),
    counts_case("a bin empty in both", [5, 0, 7], [3, 0, 9]),
    counts_case("one bin", [12], [5]),
    counts_case("nothing in common", [9, 0], [0, 4]),
    counts_case("many", random.integers(1, 500, 25).tolist(), random.integers(1, 90, 25).tolist()),
]
multiple = [
    multiple_case("one", [0.03]),
    multiple_case("some", [0.01, 0.04, 0.03, 0.005]),
    multiple_case("ties and a one", [0.02, 0.02, 1.0, 0.5, 0.02]),
    multiple_case("many", (random.random(40) ** 2).tolist()),
]
polynomials = [0.7**j for j in range(6)]
tails = [
    tail_case(weights, [mean] + [0.0] * (len(weights) - 1), q)
    for weights, mean, qs in [
        (polynomials, 0.0, [1.0, 4.0, 12.0, 20.0]),
        (polynomials + [0.5], 0.0, [3.0, 15.0]),
        ([1.0, 1.0, 1.0, 1.0], 0.0, [2.0, 20.0]),
        (polynomials, 4.0, [12.0, 16.0, 20.0]),
    ]
    for q in qs
]
json.dump(
    {
        "madeBy": f"scipy {scipy.__version__}, numpy {np.__version__}",
        "script": "tests/golden/make_drift.py",
        "samples": samples,
        "counts": counts,
        "multiple": multiple,
        "tails": tails,
    },
    sys.stdout,
)
print()
