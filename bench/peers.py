"""Common tools on the replay's own cut-offs, and an independent score of what Perennial served.

Usage: peers.py EVENTS.csv.gz PREDICTIONS.csv PROTOCOL.json
Reads the raw events alone and Perennial's --predictions file; shares no code and no table with Perennial.

Protocol. A cut-off every stepDays. Population: shoppers with a purchase (or any event) in [c - activeDays, c).
Outcomes in [c, c + horizonDays): churn = no purchase; spending = amounts of purchases and returns, at least 0.
A model tested at c learns from all cut-offs c' with c' + horizonDays <= c; the first test needs minTrain of them.
Prints JSON: scores per cut-off and model, peers and Perennial; and what does not fit together, which must be nothing.
"""

import json
import sys
import time
import warnings

import lightgbm as lgb
import numpy as np
import pandas as pd
import sklearn
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
DAY_S = 86_400
WINDOWS = (7, 28, 90)
LIGHTGBM = dict(
    n_estimators=150, learning_rate=0.05, num_leaves=15, min_child_samples=40, subsample=0.8, subsample_freq=1,
    colsample_bytree=0.7, reg_lambda=5, n_jobs=2, random_state=0, deterministic=True, force_row_wise=True, verbose=-1,
)  # fmt: skip


# ---------- events ----------


def read_events(path):
    """Rows that have a user: user, type, t (days since 1970), product and session codes, quantity, amount."""
    text = {name: str for name in ("user_id", "session_id", "product_id", "category")}
    raw = pd.read_csv(path, dtype=text)
    last = to_days(raw.timestamp).max()
    raw = raw[raw.user_id.notna()].reset_index(drop=True)
    t = to_days(raw.timestamp)
    day_session = raw.user_id + "/" + np.floor(t).astype(int).astype(str)
    events = pd.DataFrame({
        "user": raw.user_id.str.strip(),
        "type": raw.type.str.lower(),
        "t": t,
        "product": pd.factorize(raw.product_id)[0],
        "category": pd.factorize(raw.category)[0],
        "session": pd.factorize(raw.session_id.where(raw.session_id.notna(), day_session))[0],
        "quantity": raw.quantity.fillna(0.0),
        "amount": raw.amount.fillna(0.0),
    })
    if not (events.amount[events.type == "purchase"] > 0).any():  # a shop without money: purchases are counted
        events["amount"] = np.where(events.type == "purchase", 1.0, 0.0)
    return events.sort_values("t", kind="stable").reset_index(drop=True), last


def to_days(timestamps):
    return pd.to_datetime(timestamps, utc=True).astype("datetime64[ms, UTC]").astype("int64") / (1000 * DAY_S)


def day_of(date):
    return pd.Timestamp(date, tz="UTC").timestamp() / DAY_S


def cutoffs_of(protocol, last):
    """Cut-offs whose outcomes the data hold; the day of the last event counts as complete."""
    first, step = day_of(protocol["first"]), protocol["stepDays"]
    end = min(day_of(protocol["last"]), last + 1 - protocol["horizonDays"])
    return [first + i * step for i in range(int(np.floor((end - first) / step)) + 1)]


def population(events, c, protocol):
    recent = events[(events.t >= c - protocol["activeDays"]) & (events.t < c)]
    if protocol["activity"] == "purchase":
        recent = recent[recent.type == "purchase"]
    return np.sort(recent.user.unique())


def outcomes(events, c, protocol, users):
    """What followed: churn (0 or 1) and money spent (>= 0), one each per user."""
    after = events[(events.t >= c) & (events.t < c + protocol["horizonDays"])]
    bought = after[after.type == "purchase"].user.unique()
    money = after[after.type.isin(["purchase", "return"])].groupby("user").amount.sum()
    return (~np.isin(users, bought)).astype(float), money.reindex(users).fillna(0.0).clip(lower=0.0).to_numpy()


# ---------- features ----------


def orders_of(purchases, c):
    """One row per user and order: age in days, gap to the order before, money, lines, units, products."""
    grouped = purchases.groupby(["user", "session"], sort=False)
    orders = grouped.agg(
        t=("t", "max"), money=("amount", "sum"), lines=("product", "size"), units=("quantity", "sum")
    ).reset_index().sort_values(["user", "t"])
    orders["gap"] = orders.groupby("user").t.diff()
    orders["age"] = c - orders.t
    return orders


def features(events, c, users, horizon):
    """The usual recency, frequency and money of each user, from events before `c` alone."""
    past = events[(events.t < c) & events.user.isin(users)]
    purchases = past[past.type == "purchase"]
    orders = orders_of(purchases, c)
    x = {}
    lifetime(x, past, purchases, orders, c)
    windows(x, past, orders, c, horizon, returns=(events.type == "return").any(), views=(events.type == "view").any())
    table = pd.DataFrame(x, index=pd.Index(users, name="user"))
    unknown = ["gap_mean", "gap_std", "gap_last", "recency_over_gap", "recency", "first_order_age"]
    filled = table.fillna(0.0)
    filled[unknown] = table[unknown]  # missing there says: ordered once, or never
    derived(filled)
    return filled


def lifetime(x, past, purchases, orders, c):
    by_user, by_order, bought = past.groupby("user").t, orders.groupby("user"), purchases.groupby("user")
    x["recency_any"], x["tenure"] = c - by_user.max(), c - by_user.min()
    x["recency"], x["first_order_age"] = by_order.age.min(), by_order.age.max()
    x["orders"], x["gross"] = by_order.size(), by_order.money.sum()
    for name in ("mean", "max", "std", "last"):
        x[f"basket_{name}"] = by_order.money.agg(name)
    x["lines_mean"], x["units_mean"] = by_order.lines.mean(), by_order.units.mean()
    for name in ("mean", "std", "last"):
        x[f"gap_{name}"] = by_order.gap.agg(name)
    x["recency_over_gap"] = x["recency"] / (x["gap_mean"] + 1)
    x["products"], x["categories"] = bought["product"].nunique(), bought.category.nunique()
    x["returned"] = -past[past.type == "return"].groupby("user").amount.sum()
    x["weekend_share"] = ((np.floor(orders.t).astype(int) + 3) % 7 >= 5).groupby(orders.user).mean()
    x["hour_mean"] = ((orders.t % 1) * 24).groupby(orders.user).mean()
    recent = purchases[c - purchases.t <= 90].groupby("user")
    x["products_90"], x["categories_90"] = recent["product"].nunique(), recent.category.nunique()


def windows(x, past, orders, c, horizon, returns, views):
    age = c - past.t
    for days in WINDOWS:
        in_orders, in_past = orders[orders.age <= days].groupby("user"), past[age <= days]
        x[f"orders_{days}"] = in_orders.size()
        x[f"spend_{days}"], x[f"lines_{days}"] = in_orders.money.sum(), in_orders.lines.sum()
        x[f"units_{days}"] = in_orders.units.sum()
        x[f"days_{days}"] = np.floor(in_past.t).groupby(in_past.user).nunique()
        for kind in (["return"] if returns else []) + (["view", "cart"] if views else []):
            x[f"{kind}_{days}"] = in_past[in_past.type == kind].groupby("user").size()
    before = orders[(orders.age > 28) & (orders.age <= 56)].groupby("user")
    x["orders_before_28"], x["spend_before_28"] = before.size(), before.money.sum()
    x["spend_horizon"] = orders[orders.age <= horizon].groupby("user").money.sum()


def derived(table):
    log = lambda name: np.log1p(table[name].clip(lower=0))
    table["trend_orders"] = table.orders_28 - table.orders_before_28
    table["trend_spend"] = log("spend_28") - log("spend_before_28")
    table["order_rate"], table["spend_rate"] = table.orders / (table.tenure + 7), table.gross / (table.tenure + 7)


# ---------- models ----------


class Linear:
    """A linear model on the signed log of each feature, flags for what is missing, and with `raw` the features themselves."""

    def __init__(self, estimator, raw=False):
        self.estimator, self.raw = estimator, raw

    def inputs(self, x):
        missing = np.isnan(x)
        known = np.where(missing, 0.0, x)
        return np.hstack([np.sign(known) * np.log1p(np.abs(known)), missing, *([known] if self.raw else [])])

    def fit(self, x, y):
        self.scaler = StandardScaler().fit(self.inputs(x))
        self.estimator.fit(self.scaler.transform(self.inputs(x)), y)
        return self

    def predict(self, x):
        z = self.scaler.transform(self.inputs(x))
        is_classifier = hasattr(self.estimator, "predict_proba")
        return self.estimator.predict_proba(z)[:, 1] if is_classifier else self.estimator.predict(z)


class Booster:
    def __init__(self, estimator):
        self.estimator = estimator

    def fit(self, x, y):
        self.estimator.fit(x, y)
        return self

    def predict(self, x):
        is_classifier = hasattr(self.estimator, "predict_proba")
        return self.estimator.predict_proba(x)[:, 1] if is_classifier else self.estimator.predict(x)


class Mean:
    def fit(self, x, y):
        self.mean = y.mean()
        return self

    def predict(self, x):
        return np.full(len(x), self.mean)


PEERS = {
    "churn": {
        "majority": Mean,
        "logistic": lambda: Linear(LogisticRegression(C=0.1, max_iter=300)),
        "LightGBM": lambda: Booster(lgb.LGBMClassifier(**LIGHTGBM)),
    },
    "spending": {
        "mean": Mean,
        "ridge": lambda: Linear(Ridge(alpha=1000.0), raw=True),
        "LightGBM": lambda: Booster(lgb.LGBMRegressor(**LIGHTGBM)),
    },
}


# ---------- scores ----------


def churn_scores(y, p, _cap):
    kept = np.clip(p, 1e-4, 1 - 1e-4)
    varied = len(np.unique(y)) > 1 and np.ptp(p) > 0
    return {
        "accuracy": float(((p >= 0.5) == y).mean()),
        "auc": float(roc_auc_score(y, p)) if varied else 0.5,
        "logLoss": float(log_loss(y, kept, labels=[0, 1])),
        "brier": float(((kept - y) ** 2).mean()),
    }


def spending_scores(y, p, cap):
    squared = (y - p) ** 2
    return {
        "mse": float(squared.mean()),
        "cappedMse": float(((np.minimum(y, cap) - np.minimum(p, cap)) ** 2).mean()),
        "mae": float(np.abs(y - p).mean()),
        "r2": float(1 - squared.mean() / y.var()) if y.var() > 0 else 0.0,
    }


SCORES = {"churn": churn_scores, "spending": spending_scores}


def not_negative(model, p):
    return np.maximum(p, 0.0) if model == "spending" else p


# ---------- the run ----------


def run(events_path, predictions_path, protocol):
    started = time.perf_counter()
    events, last = read_events(events_path)
    served = pd.read_csv(predictions_path, dtype={"user_id": str})
    blocks = [block(events, c, protocol) for c in cutoffs_of(protocol, last)]
    results, problems = [], []
    for test in blocks:
        past = [b for b in blocks if b["at"] + protocol["horizonDays"] <= test["at"] + 1e-9]
        if len(past) < protocol["minTrain"]:
            continue
        x = pd.concat([b["x"] for b in past])
        for model, peers in PEERS.items():
            y = np.concatenate([b[model] for b in past])
            cap = float(np.quantile(y, 0.99)) if model == "spending" else np.inf
            own, faults = score_served(served, model, test, cap)
            problems += faults
            scored = {**own, **{name: score_peer(make(), model, x, y, test, cap) for name, make in peers.items()}}
            results.append({"cutoff": test["date"], "model": model, "rows": len(test["x"]), "trainRows": len(y), "scores": scored})
        print(f"peers: {test['date']}", file=sys.stderr)
    versions = {"scikit-learn": sklearn.__version__, "LightGBM": lgb.__version__, "pandas": pd.__version__}
    return {"results": results, "problems": problems, "seconds": time.perf_counter() - started, "versions": versions}


def block(events, c, protocol):
    users = population(events, c, protocol)
    churn, spending = outcomes(events, c, protocol, users)
    date = str(pd.Timestamp(c * DAY_S, unit="s").date())
    return {"at": c, "date": date, "x": features(events, c, users, protocol["horizonDays"]), "churn": churn, "spending": spending}


def score_peer(peer, model, x, y, test, cap):
    p = peer.fit(x.to_numpy(float), y).predict(test["x"][x.columns].to_numpy(float))
    return SCORES[model](test[model], not_negative(model, p), cap)


def score_served(served, model, test, cap):
    """Perennial's predictions against our own outcomes; its population must be ours, each shopper once."""
    own = served[(served.model == model) & (served.cutoff == test["date"])]
    users = test["x"].index
    missing, extra = len(users.difference(own.user_id)), len(pd.Index(own.user_id).difference(users))
    faults = []
    if missing or extra or own.user_id.duplicated().any():
        faults.append(f"{model} {test['date']}: {missing} shoppers without a prediction, {extra} too many, of {len(users)}")
    p = own.drop_duplicates("user_id").set_index("user_id").prediction.reindex(users).to_numpy()
    known = ~np.isnan(p)
    return {"perennial": SCORES[model](test[model][known], p[known], cap)}, faults


if __name__ == "__main__":
    json.dump(run(sys.argv[1], sys.argv[2], json.loads(sys.argv[3])), sys.stdout)
