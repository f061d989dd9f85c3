"""Features of one cut-off from raw events, by pandas, polars or DuckDB: features.py TOOL EVENTS.parquet CUTOFF.

Prints seconds of reading, of computing, of the processor, and the most memory, as JSON. What each feature means: src/features/definition.ts.
"""

import json
import re
import sys
import time

TOOL, EVENTS, CUTOFF = sys.argv[1:]
WINDOWS = {"7": 7, "28": 28, "90": 90, "all": None}
DAY_S = 86400.0


def by_duckdb():
    import duckdb

    db = duckdb.connect()
    db.execute("set threads = 2; set TimeZone = 'UTC'")
    begun = time.perf_counter()
    db.execute(f"create table events as select * from '{EVENTS}' where moment < timestamptz '{CUTOFF}'")
    read = time.perf_counter()
    within = lambda days: "true" if days is None else f"age <= {days}"
    sums = ", ".join(
        f"""count(*) filter (where {within(w)}) as active_days_{n},
        count(*) filter (where {within(w)} and lines > 0) as baskets_{n},
        coalesce(sum(orders) filter (where {within(w)}), 0) as orders_{n},
        coalesce(sum(lines) filter (where {within(w)}), 0) as lines_{n},
        coalesce(sum(units) filter (where {within(w)}), 0) as units_{n},
        coalesce(sum(net) filter (where {within(w)}), 0) as spend_{n},
        coalesce(sum(returns) filter (where {within(w)}), 0) as returns_{n}"""
        for n, w in WINDOWS.items()
    )
    db.execute(f"""create table rows as
      with days as (
        select user_key, moment::date as day, min(moment) as first_at, max(moment) as last_at,
          max(moment) filter (where type = 'purchase') as last_purchase,
          count(*) filter (where type = 'purchase') as lines, count(*) filter (where type = 'return') as returns,
          count(distinct coalesce(session_code, 0)) filter (where type = 'purchase') as orders,
          coalesce(sum(coalesce(quantity, 1)) filter (where type = 'purchase'), 0) as units,
          greatest(0, coalesce(sum(amount) filter (where type = 'purchase'), 0)
            - coalesce(sum(-amount) filter (where type = 'return'), 0)) as net,
          epoch(timestamptz '{CUTOFF}' - max(moment)) / {DAY_S} as age
        from events group by 1, 2
      ), gaps as (
        select *, epoch(last_purchase - lag(last_purchase) over (partition by user_key order by day)) / {DAY_S} as gap
        from days where lines > 0
      ), baskets as (
        select user_key, epoch(timestamptz '{CUTOFF}' - max(last_purchase)) / {DAY_S} as recency, avg(gap) as gap_mean,
          median(gap) as gap_median, max(gap) as gap_max, avg(net) as basket_mean, max(net) as basket_max,
          median(net) as basket_median
        from gaps group by 1
      ), variety as (
        select user_key, count(distinct product_code) as products_all, count(distinct category_code) as categories_all
        from events where type = 'purchase' group by 1
      ), totals as (
        select user_key, epoch(timestamptz '{CUTOFF}' - min(first_at)) / {DAY_S} as tenure, {sums} from days group by 1
      )
      select * from totals join baskets using (user_key) join variety using (user_key)
      where recency <= 180 order by user_key""")
    return read - begun, time.perf_counter() - read, lambda: db.table("rows").df()


def by_polars():
    import polars as pl

    begun = time.perf_counter()
    cut = pl.lit(CUTOFF).str.to_datetime(time_zone="UTC", time_unit="us")
    events = pl.read_parquet(EVENTS).filter(pl.col("moment") < cut)
    read = time.perf_counter()
    bought, returned = pl.col("type") == "purchase", pl.col("type") == "return"
    age = lambda moment: (cut - moment).dt.total_microseconds() / (DAY_S * 1e6)
    days = (
        events.with_columns(day=pl.col("moment").dt.date())
        .group_by("user_key", "day")
        .agg(
            first_at=pl.col("moment").min(),
            age=age(pl.col("moment").max()),
            last_purchase=pl.col("moment").filter(bought).max(),
            lines=bought.sum(),
            returns=returned.sum(),
            orders=pl.col("session_code").fill_null(0).filter(bought).n_unique(),
            units=pl.col("quantity").fill_null(1).filter(bought).sum(),
            spend=pl.col("amount").filter(bought).sum(),
            returned=-pl.col("amount").filter(returned).sum(),
        )
        .with_columns(net=(pl.col("spend") - pl.col("returned")).clip(lower_bound=0))
        .sort("user_key", "day")
    )
    sums = []
    for n, w in WINDOWS.items():
        inside = pl.lit(True) if w is None else pl.col("age") <= w
        sums.append(inside.sum().alias(f"active_days_{n}") if w else pl.len().alias("active_days_all"))
        sums.append((inside & (pl.col("lines") > 0)).sum().alias(f"baskets_{n}"))
        for name, column in (("orders", "orders"), ("lines", "lines"), ("units", "units"), ("spend", "net"),
                             ("returns", "returns")):
            sums.append(pl.when(inside).then(pl.col(column)).otherwise(0).sum().alias(f"{name}_{n}"))
    totals = days.group_by("user_key").agg(tenure=age(pl.col("first_at").min()), *sums)
    baskets = (
        days.filter(pl.col("lines") > 0)
        .with_columns(gap=pl.col("last_purchase").diff().over("user_key").dt.total_microseconds() / (DAY_S * 1e6))
        .group_by("user_key")
        .agg(
            recency=age(pl.col("last_purchase").max()),
            gap_mean=pl.col("gap").mean(), gap_median=pl.col("gap").median(), gap_max=pl.col("gap").max(),
            basket_mean=pl.col("net").mean(), basket_max=pl.col("net").max(), basket_median=pl.col("net").median(),
        )
        .filter(pl.col("recency") <= 180)
    )
    variety = events.filter(bought).group_by("user_key").agg(
        products_all=pl.col("product_code").n_unique(), categories_all=pl.col("category_code").n_unique()
    )
    rows = baskets.join(totals, on="user_key").join(variety, on="user_key").sort("user_key")
    return read - begun, time.perf_counter() - read, rows.to_pandas


def by_pandas():
    import pandas as pd

    begun = time.perf_counter()
    cut = pd.Timestamp(CUTOFF)
    events = pd.read_parquet(EVENTS)
    events = events[events["moment"] < cut]
    read = time.perf_counter()
    events["day"] = events["moment"].dt.floor("D")
    bought = events[events["type"] == "purchase"]
    returned = events[events["type"] == "return"]
    key = ["user_key", "day"]
    by_day = events.groupby(key)["moment"].agg(first_at="min", last_at="max")
    purchases = bought.assign(session=bought["session_code"].fillna(0), quantity=bought["quantity"].fillna(1)).groupby(key)
    days = by_day.join(purchases.agg(
        last_purchase=("moment", "max"), lines=("moment", "size"), orders=("session", "nunique"), units=("quantity", "sum"),
        spend=("amount", "sum")))
    days = days.join(returned.groupby(key).agg(returns=("moment", "size"), returned=("amount", "sum")))
    counts = ["lines", "orders", "units", "spend", "returns", "returned"]
    days[counts] = days[counts].fillna(0)
    days["net"] = (days["spend"] + days["returned"]).clip(lower=0)
    days["age"] = (cut - days["last_at"]).dt.total_seconds() / DAY_S
    days["basket"] = (days["lines"] > 0).astype(int)
    days = days.reset_index()
    rows = ((cut - days.groupby("user_key")["first_at"].min()).dt.total_seconds() / DAY_S).rename("tenure").to_frame()
    names = {"orders": "orders", "lines": "lines", "units": "units", "net": "spend", "returns": "returns", "basket": "baskets"}
    for n, w in WINDOWS.items():
        inside = days if w is None else days[days["age"] <= w]
        sums = inside.groupby("user_key")[list(names)].sum().rename(columns={k: f"{v}_{n}" for k, v in names.items()})
        sums[f"active_days_{n}"] = inside.groupby("user_key").size()
        rows = rows.join(sums)
    rows = rows.fillna(0)
    baskets = days[days["basket"] == 1].copy()
    baskets["gap"] = baskets.groupby("user_key")["last_purchase"].diff().dt.total_seconds() / DAY_S
    grouped = baskets.groupby("user_key")
    about = grouped["gap"].agg(gap_mean="mean", gap_median="median", gap_max="max").join(
        grouped["net"].agg(basket_mean="mean", basket_max="max", basket_median="median"))
    about["recency"] = (cut - grouped["last_purchase"].max()).dt.total_seconds() / DAY_S
    variety = bought.groupby("user_key").agg(products_all=("product_code", "nunique"), categories_all=("category_code", "nunique"))
    rows = about[about["recency"] <= 180].join(rows).join(variety).sort_index().reset_index()
    return read - begun, time.perf_counter() - read, lambda: rows


__import__(TOOL)  # not timed
before = time.process_time()
read, computed, rows_of = {"pandas": by_pandas, "polars": by_polars, "duckdb": by_duckdb}[TOOL]()
worked = time.process_time() - before
with open("/proc/self/status") as status:
    most = int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1000
rows = rows_of()
sums = rows.drop(columns="user_key").sum(numeric_only=True)
print(json.dumps({
    "readSeconds": read, "processorSeconds": worked, "computeSeconds": computed, "mostMb": most, "rows": len(rows),
    "sums": {name: float(value) for name, value in sums.items()},
}))
