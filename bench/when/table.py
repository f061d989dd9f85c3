"""Reads a set of the bench: gzip CSV with the columns `block`, `known_at_block` (optional), features, `target`.

A column is a number where every value that is there is one; else it holds categories. Nothing is learned from blocks
after the first `history`: levels and scales of features come from those.
"""

import zlib

import numpy as np
import pandas as pd

LEVELS_MAX = 20
BLOCKS_MIN = 12
LOGIT_MAX = 13.8  # of a probability of 1e-6


class Table:
    """Rows in order of their blocks, with what learners and policies need of them."""

    def __init__(self, frame, name):
        self.name = name
        self.block = whole_numbers(frame, "block", name)
        blocks, self.block = np.unique(self.block, return_inverse=True)
        if len(blocks) < BLOCKS_MIN:
            raise ValueError(f'Cannot use "{name}": need at least {BLOCKS_MIN} blocks in column "block", have {len(blocks)}')
        self.blocks = len(blocks)
        known = whole_numbers(frame, "known_at_block", name) if "known_at_block" in frame else frame["block"]
        self.known_at = np.maximum(places(blocks, np.asarray(known, dtype=float)), self.block + 1)
        self.y = numbers(frame, "target", name)
        order = np.argsort(self.block, kind="stable")
        features = frame.drop(columns=["block", "known_at_block", "target"], errors="ignore")
        if features.shape[1] == 0:
            raise ValueError(f'Cannot use "{name}": there is no column besides "block", "known_at_block" and "target"')
        self.features = features.iloc[order].reset_index(drop=True)
        self.block, self.known_at, self.y = self.block[order], self.known_at[order], self.y[order]
        self.is_binary = set(np.unique(self.y)) <= {0.0, 1.0}
        self.starts = np.searchsorted(self.block, np.arange(self.blocks + 1))

    def rows_of(self, block):
        return slice(self.starts[block], self.starts[block + 1])

    def encode(self, history):
        """Makes `linear` (signed logs, flags, raw values; standardised) and `tree` (raw values, codes of levels)."""
        past = self.block < history
        tree, linear, self.categorical = [], [], []
        for position, name in enumerate(self.features):
            values = self.features[name]
            as_numbers = pd.to_numeric(values, errors="coerce")
            if (as_numbers.isna() & values.notna()).any():
                codes, flags = levels(values.astype("string"), past)
                self.categorical.append(position)
                tree.append(codes)
                linear += flags
            else:
                column = as_numbers.to_numpy(float)
                column[np.isinf(column)] = np.nan
                tree.append(column)
                linear += logs_and_raw(column, past)
        self.tree = np.column_stack(tree)
        self.linear = standardised(np.column_stack(linear), past)
        self.shift = shifts(self.linear, self.starts)


def places(blocks, known):
    """Where in the row of blocks each number stands; beyond the last one it is counted on."""
    return np.searchsorted(blocks, known) + np.maximum(0, known - blocks[-1] - 1).astype(int)


def whole_numbers(frame, column, name):
    values = numbers(frame, column, name)
    odd = np.flatnonzero(values != np.floor(values))
    if len(odd):
        raise ValueError(f'Cannot use "{name}": column "{column}" has to hold whole numbers, row {odd[0] + 1} has {values[odd[0]]}')
    return values


def numbers(frame, column, name):
    if column not in frame:
        have = ", ".join(f'"{c}"' for c in list(frame)[:30])
        raise ValueError(f'Cannot use "{name}": there is no column "{column}"; there are {have}')
    values = pd.to_numeric(frame[column], errors="coerce").to_numpy(float)
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad):
        got = frame[column].iloc[bad[0]]
        got = "nothing" if pd.isna(got) else f'"{got}"'
        raise ValueError(f'Cannot use "{name}": column "{column}" has to hold numbers, row {bad[0] + 1} has {got}')
    return values


def levels(values, past):
    """Codes of the most frequent levels of the history, -1 for others and for missing ones; and a flag for each."""
    frequent = values[past].value_counts().index[:LEVELS_MAX]
    codes = pd.Index(frequent).get_indexer(values).astype(float)
    return codes, [codes == code for code in range(len(frequent))]


def logs_and_raw(column, past):
    missing = np.isnan(column)
    median = np.nanmedian(column[past]) if (~missing[past]).any() else 0.0
    known = np.where(missing, median, column)
    flags = [missing] if missing.any() else []
    return [np.sign(known) * np.log1p(np.abs(known)), known] + flags


def standardised(x, past):
    x = x.astype(float)
    spread = x[past].std(axis=0)
    varies = spread > 1e-9
    x = (x[:, varies] - x[past][:, varies].mean(axis=0)) / spread[varies]
    return np.clip(x, -20, 20)


def shifts(x, starts):
    """L1 distance, a feature, between the mean standardised features of any two blocks."""
    means = np.array([x[a:b].mean(axis=0) for a, b in zip(starts[:-1], starts[1:])])
    return np.abs(means[:, None] - means[None]).mean(axis=2)


def history_of(table, asked):
    """Blocks of history: as asked, or a quarter of all, 7 to 11."""
    return asked or int(np.clip(table.blocks // 4, 7, 11))


def read(path, name, quick=False):
    try:
        frame = pd.read_csv(path, low_memory=False)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise ValueError(f'Cannot read "{path}" as CSV: {error}') from error
    if quick and "block" in frame:
        frame = frame[frame.groupby("block").cumcount() < 120]
    return Table(frame, name)
