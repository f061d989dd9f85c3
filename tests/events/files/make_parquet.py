"""Makes events.parquet and types.parquet beside this file, with pyarrow 26.0.1: python make_parquet.py"""

from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

utc = timezone.utc
table = pa.table({
    "user_id": pa.array([17850, 2**60 + 1, None, 17850], pa.int64()),
    "event_type": ["view", "purchase", "view", "purchase"],
    "sku": ["tea", "tea", "cup", "pot"],
    "price": pa.array([2.5, 2.5, None, -1.0], pa.float64()),
    "qty": pa.array([None, 2, None, 1], pa.int32()),
    "timestamp": pa.array([datetime(2024, 2, 29, 12, i, tzinfo=utc) for i in range(4)], pa.timestamp("us", "UTC")),
    "colour": ["green", "red", "blue", "red"],
})
pq.write_table(table, Path(__file__).with_name("events.parquet"), row_group_size=2, compression="snappy")

types = pa.table({
    "user_id": pa.array([Decimal("12345678901234567890"), Decimal("12345678901234567891")], pa.decimal128(20, 0)),
    "order": pa.array([2**64 - 1, 1], pa.uint64()),
    "event_type": ["purchase", "purchase"],
    "category": pa.array([b"\x00\xff\x10", b"tea"], pa.binary()),
    "price": pa.array([Decimal("0.57"), Decimal("0.57")], pa.decimal128(9, 2)),
    "timestamp": pa.array([1709546400123456789, 1709546400000000001], pa.timestamp("ns")),
    "lines": [[{"item_id": 2**53 + 1}], [{"item_id": 2}, {"item_id": 3}]],
})
pq.write_table(types, Path(__file__).with_name("types.parquet"), compression="zstd")
