"""The usual learners on the rows of a shop, timed: scikit-learn's linear models and MLP, and LightGBM.

Usage: training_peer.py ROWS.bin SHAPE.json RUNS   (SHAPE: {"train", "test", "width", "horizonDays"})
ROWS.bin: for train and then test, little-endian float32 features (row-major, NaN where missing), float64 churn and
spending, float64 days of the cut-offs. Penalties and rounds are chosen on the newest cut-offs of the training rows, whose
outcomes no fitting row reaches into; then everything is fitted again on all training rows. Prints JSON: per model and
learner, seconds by the clock and of the processor, and the loss on the test rows.
"""
import json
import sys
import time
import warnings

import lightgbm as lgb
import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
NETWORK = dict(hidden_layer_sizes=(32, 16), learning_rate_init=5e-4, batch_size=512, max_iter=25, early_stopping=True,
               n_iter_no_change=3, random_state=0)  # fmt: skip
BOOSTER = dict(learning_rate=0.05, num_leaves=15, min_child_samples=40, n_jobs=2, random_state=0, verbose=-1)
LEAVES = (7, 15, 31)
ROUNDS = 300
PENALTIES = (1e-3, 1e-2, 1e-1, 1.0)


def read(path, shape):
    with open(path, "rb") as file:
        return [part(file, rows, shape["width"]) for rows in (shape["train"], shape["test"])]


def part(file, rows, width):
    x = np.frombuffer(file.read(4 * rows * width), "<f4").reshape(rows, width).astype(float)
    column = lambda: np.frombuffer(file.read(8 * rows), "<f8")
    return {"x": x, "churn": column(), "spending": column(), "day": column()}


def inner(day, horizon):
    """Rows that fit and rows that choose: the newest fifth of the cut-offs, and those whose outcomes were known then."""
    days = np.unique(day)
    first = days[-max(1, len(days) // 5)]
    return day + horizon <= first, day >= first


class Columns:
    """Signed logarithms, the values themselves, flags of what is missing; standardised."""

    def fit(self, x):
        self.scaler = StandardScaler().fit(self.of(x))
        return self

    def of(self, x):
        missing = np.isnan(x)
        known = np.where(missing, 0.0, x)
        return np.hstack([np.sign(known) * np.log1p(np.abs(known)), known, missing])

    def __call__(self, x):
        return self.scaler.transform(self.of(x))


def loss(model, y, p):
    if model == "churn":
        return float(log_loss(y, np.clip(p, 1e-6, 1 - 1e-6), labels=[0, 1]))
    return float(((y - np.maximum(p, 0)) ** 2).mean())


def predicted(model, fitted, x):
    return fitted.predict_proba(x)[:, 1] if model == "churn" else fitted.predict(x)


def linear(model, train, test, horizon):
    y = train[model]
    fits, chooses = inner(train["day"], horizon)
    make = (lambda c: LogisticRegression(C=c, max_iter=1000)) if model == "churn" else (lambda c: Ridge(alpha=1 / c))
    columns = Columns().fit(train["x"][fits])
    xf, xc = columns(train["x"][fits]), columns(train["x"][chooses])
    best = min(PENALTIES, key=lambda c: loss(model, y[chooses], predicted(model, make(c).fit(xf, y[fits]), xc)))
    columns = Columns().fit(train["x"])
    return predicted(model, make(best).fit(columns(train["x"]), y), columns(test["x"]))


def network(model, train, test, _horizon):
    y = train[model]
    columns = Columns().fit(train["x"])
    if model == "churn":
        return predicted(model, MLPClassifier(**NETWORK).fit(columns(train["x"]), y), columns(test["x"]))
    logs = MLPRegressor(**NETWORK).fit(columns(train["x"]), np.log1p(y)).predict(columns(test["x"]))
    return np.expm1(np.minimum(logs, np.log1p(y.max())))  # nobody spends more than anybody ever did


def boosted(model, train, test, horizon):
    y = train[model]
    fits, chooses = inner(train["day"], horizon)
    kind = lgb.LGBMClassifier if model == "churn" else lgb.LGBMRegressor
    tried = []
    for leaves in LEAVES:
        options = {**BOOSTER, "num_leaves": leaves}
        fitted = kind(n_estimators=ROUNDS, **options).fit(
            train["x"][fits], y[fits], eval_set=[(train["x"][chooses], y[chooses])],
            callbacks=[lgb.early_stopping(20, verbose=False)])
        p = predicted(model, fitted, train["x"][chooses])
        tried.append((loss(model, y[chooses], p), options, max(1, fitted.best_iteration_)))
    _, options, rounds = min(tried, key=lambda one: one[0])
    return predicted(model, kind(n_estimators=rounds, **options).fit(train["x"], y), test["x"])


LEARNERS = {"linear": linear, "MLP": network, "LightGBM": boosted}


def main(path, shape, runs):
    train, test = read(path, shape)
    results = []
    for _ in range(runs):
        for model in ("churn", "spending"):
            for name, learner in LEARNERS.items():
                started, used = time.perf_counter(), time.process_time()
                p = learner(model, train, test, shape["horizonDays"])
                seconds, cpu = time.perf_counter() - started, time.process_time() - used
                results.append({"model": model, "learner": name, "seconds": seconds, "cpuSeconds": cpu,
                                "loss": loss(model, test[model], p)})
    return {"results": results, "versions": {"scikit-learn": sklearn.__version__, "LightGBM": lgb.__version__}}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3]))))
