"""Makes two_models.json: what two models of a shop's own come to on the bundled data, by pandas and scikit-learn alone.

`returns`: money sent back within 14 days, of who bought within 60; `order-count`: days with an order within 42 days, of
who bought within 120. A regression of each is fitted at two cut-offs and judged at a third.

Run with Python 3 and: pip install scikit-learn==1.9.1 pandas==3.1.1
    python tests/golden/make_two_models.py > tests/golden/two_models.json
"""
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from sklearn.linear_model import PoissonRegressor, Ridge
from sklearn.metrics import mean_absolute_error, mean_poisson_deviance, mean_squared_error, r2_score

SHOP = Path(__file__).parents[2] / "data" / "online_retail_1200.csv.gz"
CUTOFFS = ["2011-04-05", "2011-05-03", "2011-05-31"]
PENALTY = 30.0
DAY = pd.Timedelta(days=1)

events = pd.read_csv(SHOP, dtype={"user_id": "Int64"}).dropna(subset=["user_id"])
events["time"] = pd.to_datetime(events.timestamp, utc=True)
events = events[(events.user_id % 2 == 0) & (events.time < "2011-08-01")]
events["day"] = events.time.dt.floor("D")
bought, sent_back = events[events.type == "purchase"], events[events.type == "return"]


def within(rows, cutoff, days):
    """Rows of the days before a cut-off, or after it where days are below zero."""
    low, high = (cutoff - days * DAY, cutoff) if days > 0 else (cutoff, cutoff - days * DAY)
    return rows[(rows.time >= low) & (rows.time < high)]


def features(users, cutoff):
    purchases = within(bought, cutoff, 90)
    columns = {
        "orders_90": purchases.groupby(["user_id", "day"]).session_id.nunique().groupby("user_id").sum(),
        "lines_90": purchases.groupby("user_id").size(),
        "returned_90": -within(sent_back, cutoff, 90).groupby("user_id").amount.sum(),
    }
    return pd.DataFrame({name: column.reindex(users, fill_value=0) for name, column in columns.items()})


def returns(users, cutoff):
    return -within(sent_back, cutoff, -14).groupby("user_id").amount.sum().reindex(users, fill_value=0)


def order_count(users, cutoff):
    days = within(bought, cutoff, -42).groupby("user_id").day.nunique()
    return days.reindex(users, fill_value=0)


def model(active_days, label, fit):
    blocks, told = [], []
    for cutoff in pd.to_datetime(CUTOFFS, utc=True):
        users = sorted(within(bought, cutoff, active_days).user_id.unique())
        x, y = features(users, cutoff), label(users, cutoff)
        blocks.append((np.log1p(x.to_numpy(float)), y.to_numpy(float)))
        told.append({"shoppers": len(users), "outcome": float(y.sum()), "features": x.sum().tolist()})
    x, y = (np.concatenate(parts) for parts in zip(*blocks[:2]))
    fitted = fit(len(y)).fit(x, y)
    outcomes, predicted = blocks[2][1], fitted.predict(blocks[2][0])
    metrics = {
        "mae": mean_absolute_error(outcomes, predicted),
        "mse": mean_squared_error(outcomes, predicted),
        "r2": r2_score(outcomes, predicted),
        "bias": float(np.mean(predicted - outcomes)),
    }
    if label is order_count:
        metrics["poissonDeviance"] = mean_poisson_deviance(outcomes, predicted)
    weights = [*fitted.coef_.tolist(), float(fitted.intercept_)]
    return {"cutoffs": told, "weights": weights, "metrics": {name: float(value) for name, value in metrics.items()}}


def poisson(n):
    return PoissonRegressor(alpha=PENALTY / n, solver="newton-cholesky", tol=1e-10, max_iter=1000)


json.dump(
    {
        "madeBy": f"scikit-learn {sklearn.__version__}, pandas {pd.__version__}",
        "cutoffs": CUTOFFS,
        "penalty": PENALTY,
        "returns": model(60, returns, lambda n: Ridge(alpha=PENALTY)),
        "order-count": model(120, order_count, poisson),
    },
    sys.stdout,
    indent=2,
)
print()
