"""Makes quality.json: tails of the beta-binomial and binomial distributions in exact rational numbers (SciPy is right to
about 8 digits there), and Student's prediction test by SciPy.

Run with Python 3 and: pip install numpy==2.4.6 scipy==1.17.1
    python tests/golden/make_quality.py > tests/golden/quality.json
"""
import json
import platform
import sys
from fractions import Fraction
from math import comb, prod

import numpy as np
import scipy
from scipy import stats

random = np.random.default_rng(20261124)


def tail(k, n, p, rho):
    """P(K >= k); theta = 1 / (a + b)."""
    theta = rho / (1 - rho)
    below = lambda m, q: prod((q + i * theta for i in range(m)), start=Fraction(1))
    total = below(n, Fraction(1))
    return sum(comb(n, j) * below(j, p) * below(n - j, 1 - p) / total for j in range(k, n + 1))


tails = []
for k, n, p, rho in [
    (0, 5, 0.1, 0.1), (1, 1, 0.3, 0.2), (3, 10, 0.2, 0.0), (3, 10, 0.2, 0.1), (5, 5, 0.5, 0.3), (20, 20, 0.01, 0.0),
    (50, 400, 0.05, 0.01), (2, 40, 0.0002, 0.001), (260, 300, 0.8, 0.004), (8, 300, 0.001, 0.0005),
]:
    tails.append({"k": k, "n": n, "p": p, "rho": rho, "want": float(tail(k, n, Fraction(p), Fraction(rho)))})

predictions = []
for n in [2, 5, 13, 80]:
    past = [round(float(x), 3) for x in random.normal(3, 2, n)]
    now = round(float(random.normal(6, 2)), 3)
    for noisier in [1, 2.5]:
        t = (now - np.mean(past)) / np.sqrt(np.var(past, ddof=1) * (noisier + 1 / n))
        predictions.append({
            "past": past, "now": now, "noisier": noisier,
            "above": float(stats.t.sf(t, n - 1)), "below": float(stats.t.cdf(t, n - 1)),
        })

json.dump({"madeBy": f"fractions of Python {platform.python_version()}, scipy {scipy.__version__}, numpy {np.__version__}", "tails": tails, "predictions": predictions},
          sys.stdout, indent=1)
print()
