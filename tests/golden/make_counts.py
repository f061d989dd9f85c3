"""Makes counts.json: Poisson regressions by scikit-learn, and the mean deviance of their predictions; of purchases a
shopper makes within the horizon, the same by pandas on days.

Run with Python 3 and: pip install scikit-learn==1.9.1 pandas==3.1.1
    python tests/golden/make_counts.py > tests/golden/counts.json
"""
import json
import sys

import numpy as np
import pandas as pd
import sklearn
from sklearn.linear_model import PoissonRegressor
from sklearn.metrics import d2_tweedie_score, mean_poisson_deviance

random = np.random.default_rng(20261130)
n, k = 120, 4
x = random.normal(size=(n, k)).round(3).astype(np.float32).astype(np.float64)
y = random.poisson(np.exp(0.4 + x @ [0.5, -0.3, 0.0, 0.2])).astype(float)


def fit(penalty):
    # ours: sum(m - y log m) + penalty / 2 |w|^2; scikit-learn's: that divided by n
    model = PoissonRegressor(alpha=penalty / n, solver="newton-cholesky", tol=1e-10, max_iter=1000).fit(x, y)
    predicted = model.predict(x)
    return {
        "penalty": penalty,
        "want": [*model.coef_.tolist(), float(model.intercept_)],
        "deviance": float(mean_poisson_deviance(y, predicted)),
        "explained": float(d2_tweedie_score(y, predicted, power=1)),
    }


purchases = pd.DataFrame(
    {"day": random.integers(0, 60, 80), "user": random.integers(0, 12, 80), "lines": random.integers(0, 4, 80)}
).groupby(["user", "day"], as_index=False)["lines"].sum()
window = purchases[(purchases.day >= 30) & (purchases.day < 51) & (purchases.lines > 0)]
labels = window.groupby("user").size().reindex(range(12), fill_value=0)

json.dump(
    {
        "madeBy": f"scikit-learn {sklearn.__version__}",
        "x": x.ravel().tolist(),
        "k": k,
        "y": y.tolist(),
        "fits": [fit(penalty) for penalty in (300.0, 30.0, 3.0)],
        "days": purchases.values.tolist(),
        "labels": labels.tolist(),
        "pandas": pd.__version__,
    },
    sys.stdout,
    indent=2,
)
print()
