"""Makes paired_interval.json: intervals of a mean by two independent tools.

Run with Python 3 and: pip install numpy==2.2.6 pandas==2.2.3 scipy==1.14.1 statsmodels==0.14.4
    python tests/golden/make_paired_interval.py > tests/golden/paired_interval.json
"""
import json
import sys
import warnings

import numpy as np
import scipy
import statsmodels
import statsmodels.api as sm
from scipy import stats

warnings.simplefilter("error")


def clustered(differences, shoppers, confidence):
    """Intercept-only least squares with errors robust to clusters, t with G - 1 degrees of freedom."""
    model = sm.OLS(differences, np.ones(len(differences)))
    fit = model.fit(cov_type="cluster", cov_kwds={"groups": shoppers}, use_t=True)
    low, high = fit.conf_int(alpha=1 - confidence)[0]
    return float(fit.params[0]), float(low), float(high)


def plain(differences, confidence):
    """The t interval of independent rows."""
    interval = stats.ttest_1samp(differences, 0).confidence_interval(confidence)
    return float(np.mean(differences)), float(interval.low), float(interval.high)


def case(name, tool, differences, shoppers, confidence):
    found = plain(differences, confidence) if tool == "scipy" else clustered(differences, shoppers, confidence)
    return {
        "name": name,
        "tool": tool,
        "differences": [float(x) for x in differences],
        "shoppers": [int(x) for x in shoppers],
        "confidence": confidence,
        "want": dict(zip(["mean", "low", "high"], found)),
    }


def main():
    rng = np.random.default_rng(20)
    normal = rng.normal(0.1, 1, 12)
    groups = rng.integers(0, 9, 40)
    shared = rng.normal(0, 1, 9)[groups] + rng.normal(0, 0.3, 40)
    heavy = rng.standard_t(2, 30) * 1e4
    uneven = np.repeat([3, 7, 11], [1, 2, 20])
    cases = [
        case("independent rows", "scipy", normal, range(12), 0.95),
        case("two rows", "scipy", np.array([0.25, -1.5]), [4, 5], 0.9),
        case("heavy tails, as squared errors of money have", "scipy", heavy, range(30), 0.8),
        case("rows of a shopper are alike", "statsmodels", shared, groups, 0.95),
        case("rows of a shopper are alike, 50 %", "statsmodels", shared, groups, 0.5),
        case("three shoppers, one with nearly all rows", "statsmodels", rng.exponential(1, 23), uneven, 0.9),
        case("negative and large shopper numbers", "statsmodels", rng.normal(5, 2, 6), [-2**31, -2**31, 0, 0, 2**31 - 1, 9], 0.999),
    ]
    made_by = f"statsmodels {statsmodels.__version__} OLS cov_type=cluster; scipy {scipy.__version__} ttest_1samp; numpy {np.__version__}"
    json.dump({"madeBy": made_by, "script": "tests/golden/make_paired_interval.py", "cases": cases}, sys.stdout, indent=1)
    print()


main()
