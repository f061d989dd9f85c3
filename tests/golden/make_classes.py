"""Makes classes.json: multinomial logistic regressions by scikit-learn, their probabilities, and the scores of these.

Run with Python 3 and: pip install scikit-learn==1.9.1
    python tests/golden/make_classes.py > tests/golden/classes.json
"""
import json
import sys

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss, precision_recall_fscore_support

random = np.random.default_rng(20261130)
n, k, classes = 150, 4, 3
x = random.normal(size=(n, k)).round(3).astype(np.float32).astype(np.float64)
scores = x @ random.normal(size=(k, classes)) + [0.0, -0.5, 0.8] + random.gumbel(size=(n, classes))
y = scores.argmax(axis=1)


def fit(penalty):
    # ours: sum of the log loss + penalty / 2 |w|^2; scikit-learn's: that by C = 1 / penalty
    model = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=10000).fit(x, y)
    p = model.predict_proba(x)
    taken = p.argmax(axis=1)
    precision, recall, _, _ = precision_recall_fscore_support(y, taken, labels=range(classes), zero_division=0)
    return {
        "penalty": penalty,
        "weights": [[*w.tolist(), float(b)] for w, b in zip(model.coef_, model.intercept_)],
        "probabilities": p.ravel().tolist(),
        "accuracy": float(accuracy_score(y, taken)),
        "logLoss": float(log_loss(y, p)),
        "brier": float(((p - np.eye(classes)[y]) ** 2).sum(axis=1).mean()),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
    }


json.dump(
    {
        "madeBy": f"scikit-learn {sklearn.__version__}",
        "x": x.ravel().tolist(),
        "k": k,
        "classes": classes,
        "y": y.tolist(),
        "fits": [fit(penalty) for penalty in (100.0, 10.0, 1.0)],
    },
    sys.stdout,
)
print()
