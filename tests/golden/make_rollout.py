"""Makes rollout.json: bounds, tests and sample sizes of rollouts by independent tools.

Run with Python 3 and: pip install numpy==2.4.6 scipy==1.17.1 statsmodels==0.15.0
    python tests/golden/make_rollout.py > tests/golden/rollout.json
"""
import json
import sys

import numpy as np
import scipy
import statsmodels
from scipy import integrate, optimize, special, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower

rng = np.random.default_rng(14)


def share_bounds(count, n, alpha):
    """Shares that a Beta(1/2, 1/2) mixture does not exclude, by root finding on SciPy's log beta function."""
    def excess(p):
        mixture = special.betaln(count + 0.5, n - count + 0.5) - special.betaln(0.5, 0.5)
        return mixture - special.xlogy(count, p) - special.xlog1py(n - count, -p) + np.log(alpha)
    seen, tiny = count / n, 1e-300
    low = 0 if count == 0 else optimize.brentq(excess, tiny, seen, xtol=1e-15)
    high = 1 if count == n else optimize.brentq(excess, seen, 1 - 1e-16, xtol=1e-15)
    return {"count": count, "n": n, "alpha": alpha, "low": low, "high": high}


def mixture_reach(n, alpha, tuned_for):
    """Where the half-normal mixture itself, by quadrature, reaches 1 / alpha; the published bound is a little wider."""
    two = -2 * np.log(2 * alpha)
    r = (two + np.log(two + 1)) / tuned_for

    def log_mixture(total):
        peak = r * total / (n * r + 1)  # of theta
        width = np.sqrt(r / (n * r + 1))
        top = peak * total / 2
        weighed = lambda theta: 2 / np.sqrt(2 * np.pi * r) * np.exp(theta * total - (n + 1 / r) * theta**2 / 2 - top)
        area, _ = integrate.quad(weighed, 0, peak + 12 * width, points=[peak], epsabs=0, epsrel=1e-10, limit=200)
        return np.log(area) + top
    root = optimize.brentq(lambda total: log_mixture(total) + np.log(alpha), 0.1, 100 * np.sqrt(n))
    return {"n": n, "alpha": alpha, "tunedFor": tuned_for, "exact": root / n}


def sample(sd, effect, power, alpha):
    n = NormalIndPower().solve_power(effect_size=effect / sd, alpha=alpha, power=power, ratio=1, alternative="larger")
    return {"sd": sd, "effect": effect, "power": power, "alpha": alpha, "perArm": float(n)}


def welch(na, nb):
    a, b = rng.exponential(1, na), rng.normal(0.7, 0.4, nb)
    test = stats.ttest_ind(a, b, equal_var=False)
    moments = lambda x: {"n": len(x), "mean": float(np.mean(x)), "variance": float(np.var(x, ddof=1))}
    low, high = test.confidence_interval(0.95).low, test.confidence_interval(0.9).high
    return {"a": moments(a), "b": moments(b), "alphaLow": 0.025, "alphaHigh": 0.05, "low": low, "high": high}


def best(means, sds):
    """Chance of having the greatest mean, by quadrature."""
    def chance(i):
        others = [j for j in range(len(means)) if j != i]
        wins = lambda x: stats.norm.pdf(x, means[i], sds[i]) * np.prod([stats.norm.cdf(x, means[j], sds[j]) for j in others])
        return integrate.quad(wins, means[i] - 12 * sds[i], means[i] + 12 * sds[i], limit=500)[0]
    return {"means": means, "sds": sds, "chances": [chance(i) for i in range(len(means))]}


def segments(margin):
    """One-sided t tests against each segment's margin, adjusted by Holm."""
    rows, ps = [], []
    for i, shift in enumerate([0.0, 0.02, 0.06, 0.2]):
        x, loss = rng.normal(shift, 0.3, 60 + 40 * i), 0.4 + 0.1 * i
        interval = stats.ttest_1samp(x, 0).confidence_interval(0.9)
        ps.append(stats.ttest_1samp(x, margin * loss, alternative="greater").pvalue)
        rows.append({"segment": f"s{i}", "championLoss": loss, "difference": {
            "mean": float(np.mean(x)), "low": float(interval.low), "high": float(interval.high),
            "n": len(x), "clusters": len(x), "confidence": 0.9}})
    return {"margin": margin, "rows": rows, "p": [float(p) for p in multipletests(ps, method="holm")[1]]}


json.dump({
    "madeBy": f"scipy {scipy.__version__}, statsmodels {statsmodels.__version__}, numpy {np.__version__}",
    "script": "tests/golden/make_rollout.py",
    "shareBounds": [share_bounds(*case) for case in [
        (0, 1, 0.05), (0, 100, 0.05), (3, 100, 0.05), (5, 100, 0.004), (50, 100, 0.1), (100, 100, 0.05),
        (12, 1000, 0.01), (1999, 100_000, 0.05), (1, 1_000_000, 0.05)]],
    "mixtureReach": [mixture_reach(n, alpha, tuned) for n in [100, 1000, 20_000] for alpha in [0.05, 0.0125] for tuned in [1000, 5000]],
    "samplePerArm": [sample(*case) for case in [
        (0.43, 0.02, 0.8, 0.0125), (0.43, 0.05, 0.9, 0.05), (1.0, 0.5, 0.8, 0.025), (120.0, 3.0, 0.95, 0.01)]],
    "welch": [welch(40, 25), welch(12, 300)],
    "bestChances": [best([0.0, 0.0], [1.0, 1.0]), best([0.2, 0.21, 0.18], [0.01, 0.02, 0.01]), best([1.0, 3.0, 2.0, 2.9], [0.5, 0.4, 1.0, 0.1])],
    "segments": [segments(0.0), segments(0.05)],
}, sys.stdout, indent=1)
print()
