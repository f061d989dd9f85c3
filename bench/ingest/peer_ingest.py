"""Events over HTTP as a small service would take them in: FastAPI, pydantic, and COPY by psycopg into the same Postgres.

Each event is checked by pydantic alone; stored once by id, by way of a temporary table; committed before the answer.
"""
import os
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated

from fastapi import FastAPI
from psycopg_pool import ConnectionPool
from pydantic import BaseModel, Field

TABLE = "bench_peer_events"
COLUMNS = ("id", "user", "session", "type", "product", "category", "price", "quantity", "amount", "time")

pool = ConnectionPool(os.environ["PEER_DATABASE"], min_size=4, max_size=16, open=False)


class Event(BaseModel):
    id: Annotated[str, Field(min_length=1, max_length=200)]
    type: Annotated[str, Field(min_length=1, max_length=40)]  # a shop has types of its own
    user: str | None = None
    session: str | None = None
    product: str | None = None
    category: str | None = None
    price: Annotated[float | None, Field(ge=0)] = None
    quantity: float | None = None
    amount: float | None = None
    time: datetime


@asynccontextmanager
async def open_pool(_app):
    pool.open()
    yield
    pool.close()


app = FastAPI(lifespan=open_pool)


@app.post("/events")
def take(events: Annotated[list[Event], Field(min_length=1, max_length=10_000)]):
    with pool.connection() as connection, connection.cursor() as cursor:
        cursor.execute(f"create temporary table if not exists staged (like {TABLE}) on commit delete rows")
        with cursor.copy("copy staged from stdin") as copy:
            for event in events:
                copy.write_row([getattr(event, name) for name in COLUMNS])
        cursor.execute(f"insert into {TABLE} select * from staged on conflict do nothing")
        stored = cursor.rowcount
    return {"accepted": len(events), "stored": stored}
