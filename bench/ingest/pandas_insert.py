"""Imports an event file as a script would: pandas reads it, psycopg2's execute_values writes it, page by page.

Usage: pandas_insert.py FILE DATABASE_URL PAGE_ROWS COMMIT_EACH_PAGE(0|1)
The table has a key and nothing else; nothing is checked. Prints {"rows", "readSeconds", "insertSeconds", "processorSeconds"}.
"""

import json
import sys
import time

import pandas as pd
import psycopg2
from psycopg2.extras import execute_values

TABLE = """drop table if exists bench_pandas;
create table bench_pandas (event_id text primary key, user_id text, session_id text, type text not null, product text,
  category text, price float8, quantity float8, amount float8, at timestamptz not null)"""
COLUMNS = ["user_id", "session_id", "type", "product_id", "category", "price", "quantity", "amount", "timestamp"]


def read(path):
    """Rows as tuples, None where the source has nothing."""
    text = {name: str for name in ("user_id", "session_id", "product_id", "category", "timestamp")}
    frame = pd.read_csv(path, dtype=text, usecols=COLUMNS)[COLUMNS]
    frame.insert(0, "event_id", [f"row-{line}" for line in range(2, len(frame) + 2)])
    return list(frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None))


def insert(rows, url, page, commit_each):
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(TABLE)
        connection.commit()
        started = time.perf_counter()
        for first in range(0, len(rows), page):
            execute_values(
                cursor,
                "insert into bench_pandas values %s on conflict do nothing",
                rows[first : first + page],
                page_size=page,
            )
            if commit_each:
                connection.commit()
        connection.commit()
        return time.perf_counter() - started


def main(path, url, page, commit_each):
    started = time.perf_counter()
    processor = time.process_time()
    rows = read(path)
    read_seconds = time.perf_counter() - started
    insert_seconds = insert(rows, url, int(page), commit_each == "1")
    cpu = time.process_time() - processor
    told = {"rows": len(rows), "readSeconds": read_seconds, "insertSeconds": insert_seconds, "processorSeconds": cpu}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
