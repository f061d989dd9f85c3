"""Turns a CSV file of events into Parquet: to_parquet.py EVENTS.csv EVENTS.parquet."""

import sys

import duckdb

db = duckdb.connect()
db.execute("set TimeZone = 'UTC'")
db.execute(
    f"""copy (select user_key::varchar as user_key, session_code::integer as session_code, type::varchar as type,
      product_code::integer as product_code, category_code::integer as category_code, quantity::double as quantity,
      amount::double as amount, moment
    from read_csv('{sys.argv[1]}', header = true, types = {{'user_key': 'VARCHAR', 'moment': 'TIMESTAMPTZ'}}))
    to '{sys.argv[2]}' (format parquet)"""
)
print("{}")
