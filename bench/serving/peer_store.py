"""The usual feature store of a small shop: a table in Postgres with a row per shopper, read through a pool of psycopg."""
import os

import numpy as np
import psycopg
from psycopg_pool import AsyncConnectionPool, ConnectionPool

TABLE = "bench_shopper_features"
QUERY = f"select features from {TABLE} where user_id = %s"


def settings():
    return {"conninfo": os.environ["PEER_DATABASE"], "min_size": 4, "max_size": 16, "open": False,
            "kwargs": {"autocommit": True, "prepare_threshold": 0}}


def create():
    """The pools that threaded and asynchronous endpoints read through; None where no database is given."""
    if "PEER_DATABASE" not in os.environ:
        return None, None
    return ConnectionPool(**settings()), AsyncConnectionPool(**settings())


def row(found):
    return np.array([[np.nan if v is None else v for v in found[0]]], dtype=np.float64)


def read(pool, user):
    with pool.connection() as connection:
        return row(connection.execute(QUERY, (user,)).fetchone())


async def read_async(pool, user):
    async with pool.connection() as connection:
        return row(await (await connection.execute(QUERY, (user,))).fetchone())
