"""The learners of the bench: logistic or ridge regression, and LightGBM. Both take a weight for each row."""

import warnings

import lightgbm as lgb
import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

warnings.filterwarnings("ignore")
TREES = dict(
    n_estimators=100, learning_rate=0.07, num_leaves=15, min_child_samples=40, subsample=0.8, subsample_freq=1,
    colsample_bytree=0.7, reg_lambda=5, n_jobs=1, deterministic=True, force_row_wise=True, verbose=-1,
)  # fmt: skip


class Linear:
    """Penalised linear model; each fit starts from the one before."""

    def __init__(self, table, seed):
        self.x, self.y, self.is_binary = table.linear, table.y, table.is_binary
        self.model = LogisticRegression(C=0.1, max_iter=200, warm_start=True) if self.is_binary else Ridge(alpha=100.0)

    def fit(self, rows, weights):
        self.constant = one_class(self.y[rows], self.is_binary)
        if self.constant is None:
            self.model.fit(self.x[rows], self.y[rows], sample_weight=weights)

    def predict(self, rows):
        if self.constant is not None:
            return np.full(len(self.x[rows]), self.constant)
        return self.model.predict_proba(self.x[rows])[:, 1] if self.is_binary else self.model.predict(self.x[rows])


class Booster:
    def __init__(self, table, seed):
        self.x, self.y, self.is_binary = table.tree, table.y, table.is_binary
        kind = lgb.LGBMClassifier if self.is_binary else lgb.LGBMRegressor
        self.categorical = table.categorical or "auto"
        self.make = lambda: kind(**TREES, random_state=seed)

    def fit(self, rows, weights):
        self.constant = one_class(self.y[rows], self.is_binary)
        if self.constant is None:
            self.model = self.make().fit(
                self.x[rows], self.y[rows], sample_weight=weights, categorical_feature=self.categorical
            )

    def predict(self, rows):
        if self.constant is not None:
            return np.full(len(self.x[rows]), self.constant)
        return self.model.predict_proba(self.x[rows])[:, 1] if self.is_binary else self.model.predict(self.x[rows])


def one_class(y, is_binary):
    """The smoothed share, where the rows hold a single class and nothing can be learned."""
    if is_binary and (y.min() == y.max()):
        return (y.sum() + 0.5) / (len(y) + 1)
    return None


LEARNERS = {"linear": Linear, "lightgbm": Booster}
