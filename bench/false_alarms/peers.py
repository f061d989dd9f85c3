"""Evidently, NannyML and Alibi Detect on the draws that ours judges: their own settings, or p-values at our budgets.

Usage: peers.py BUDGETS FOLDER ..., where BUDGETS is [{"name": ..., "alpha": ...}, ...]
Prints JSON: of each folder the flags by setting, look by look (see flags.ts), and how many verdicts were checked against
whole reports; and the versions. Columns are judged through the same functions that the tools' reports call: a whole report of Evidently
takes a second, most of it for drawing.
"""
import json
import logging
import os
import sys
import time
import warnings

os.environ["NML_DISABLE_USAGE_LOGGING"] = "1"
os.environ["DO_NOT_TRACK"] = "1"
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import alibi_detect
import evidently
import nannyml
import numpy as np
import pandas as pd
import scipy
from alibi_detect.cd import TabularDrift
from evidently import DataDefinition, Dataset, Report
from evidently.legacy.calculations.stattests import get_stattest
from evidently.legacy.core import ColumnType
from evidently.presets import DataDriftPreset

PER_COLUMN = "Evidently, per column"
HALF = "Evidently, half the columns"
NANNYML = "NannyML, per column"
ALIBI = "Alibi Detect, Bonferroni "


class Draws:
    """One kind of data, as draws.ts wrote it."""

    def __init__(self, folder):
        with open(os.path.join(folder, "draws.json")) as file:
            about = json.load(file)
        protocol = about["protocol"]
        self.kind, self.names, self.categorical = about["kind"], about["features"], about["categorical"]
        self.moves = about["moves"]
        self.sizes, self.looks, self.runs, self.moved = (protocol[key] for key in ("sizes", "looks", "runs", "moved"))
        self.reference_rows, self.largest = protocol["reference"], max(self.sizes)
        width, rows = len(self.names), self.reference_rows + self.looks * self.largest
        self.rows = np.memmap(os.path.join(folder, "rows.f32"), np.float32, "r", shape=(about["runs"], rows, width))
        amounts = sum(len(move["by"]) for move in self.moves)
        shape = (amounts, self.moved["runs"], self.moved["looks"], self.largest)
        self.columns = np.memmap(os.path.join(folder, "moved.f32"), np.float32, "r", shape=shape)

    def reference(self, run):
        return np.array(self.rows[run, : self.reference_rows])

    def look(self, run, look, size):
        start = self.reference_rows + look * self.largest
        return np.array(self.rows[run, start : start + size])

    def moved_columns(self):
        """(key without the size, feature, index of the column) of each move and amount."""
        at = 0
        for i, move in enumerate(self.moves):
            for by in move["by"]:
                yield f"{i}/{by:g}", move["feature"], at
                at += 1


def text(flags):
    return "".join("1" if flag else "0" for flag in flags)


class Found:
    """Flags of each setting."""

    def __init__(self):
        self.settings = {}

    def of(self, setting):
        return self.settings.setdefault(setting, {"setting": setting, "unchanged": {}, "moved": {}})

    def unchanged(self, setting, size, flags):
        self.of(setting)["unchanged"].setdefault(str(size), []).append(text(flags))

    def moved(self, setting, key, flags):
        self.of(setting)["moved"].setdefault(key, []).append(text(flags))


def alibi_p_values(draws, reference):
    """The p-value of every column, by TabularDrift: Kolmogorov-Smirnov, of categories chi-square."""
    width = reference.shape[1]
    categories = {f: None for f in range(width)} if draws.categorical else None
    detector = TabularDrift(reference, categories_per_feature=categories)
    return lambda window: detector.predict(window, drift_type="feature")["data"]["p_val"]


def alibi(draws, settings, found):
    """A column is flagged where p < p_val / columns, which is what drift_type "batch" compares with."""
    features = len(draws.names)
    for run in range(max(draws.runs["alibi"], draws.moved["runs"])):
        reference = draws.reference(run)
        if run < draws.runs["alibi"]:
            p_values = alibi_p_values(draws, reference)
            for size in draws.sizes:
                smallest = [p_values(draws.look(run, look, size)).min() for look in range(draws.looks)]
                for name, p_val in settings:
                    found.unchanged(ALIBI + name, size, [p < p_val / features for p in smallest])
        if run < draws.moved["runs"]:
            # each moved column beside its own reference: columns do not depend on each other here
            moves = list(draws.moved_columns())
            p_values = alibi_p_values(draws, np.stack([reference[:, f] for _, f, _ in moves], axis=1))
            for size in draws.sizes:
                ps = [
                    p_values(np.stack([draws.columns[at, run, look, :size] for _, _, at in moves], axis=1))
                    for look in range(draws.moved["looks"])
                ]
                for i, (key, _, _) in enumerate(moves):
                    for name, p_val in settings:
                        found.moved(ALIBI + name, f"{key}/{size}", [p[i] < p_val / features for p in ps])


def evidently_column(draws, reference, current):
    kind = ColumnType.Categorical if draws.categorical else ColumnType.Numerical
    test = get_stattest(reference, current, kind, None)
    return bool(test(reference, current, kind, None).drifted)


def evidently_looks(draws, found):
    """@returns how many verdicts on columns agreed with those of a whole report, and how many were compared"""
    agreed = compared = 0
    for run in range(max(draws.runs["evidently"], draws.moved["runs"])):
        reference = pd.DataFrame(draws.reference(run), columns=draws.names)
        if run < draws.runs["evidently"]:
            for size in draws.sizes:
                any_column, half = [], []
                for look in range(draws.looks):
                    current = pd.DataFrame(draws.look(run, look, size), columns=draws.names)
                    drifted = [evidently_column(draws, reference[name], current[name]) for name in draws.names]
                    any_column.append(any(drifted))
                    half.append(sum(drifted) >= len(drifted) / 2)
                    if run == 0 and look == 0 and size == draws.sizes[0]:
                        same = evidently_report(draws, reference, current) == sum(drifted)
                        agreed, compared = agreed + same, compared + 1
                found.unchanged(PER_COLUMN, size, any_column)
                found.unchanged(HALF, size, half)
        if run < draws.moved["runs"]:
            for key, feature, at in draws.moved_columns():
                then = reference[draws.names[feature]]
                for size in draws.sizes:
                    looks = draws.columns[at, run, :, :size]
                    flags = [evidently_column(draws, then, pd.Series(np.array(now))) for now in looks]
                    found.moved(PER_COLUMN, f"{key}/{size}", flags)
    return agreed, compared


def evidently_report(draws, reference, current):
    """The number of drifted columns by Evidently's preset, with nothing set."""
    columns = {"categorical_columns" if draws.categorical else "numerical_columns": draws.names}
    datasets = [Dataset.from_pandas(frame, DataDefinition(**columns)) for frame in (current, reference)]
    result = Report([DataDriftPreset()]).run(*datasets).dict()
    counts = [m["value"]["count"] for m in result["metrics"] if m["metric_name"].startswith("DriftedColumnsCount")]
    return int(counts[0])


def nannyml_flags(draws, names, reference, current, size):
    """Alerts of each chunk and column: Jensen-Shannon above mean + 3 sd over the reference's own chunks."""
    kinds = {"treat_as_categorical" if draws.categorical else "treat_as_numerical": names}
    calculator = nannyml.UnivariateDriftCalculator(column_names=names, chunk_size=size, **kinds)
    calculator.fit(pd.DataFrame(reference, columns=names))
    data = calculator.calculate(pd.DataFrame(current, columns=names)).filter(period="analysis").to_df()
    return np.stack([data[(name, "jensen_shannon", "alert")].to_numpy(bool) for name in names], axis=1)


def nannyml_looks(draws, found):
    for run in range(draws.runs["nannyml"]):
        reference = draws.reference(run)
        for size in draws.sizes:
            current = np.concatenate([draws.look(run, look, size) for look in range(draws.looks)])
            flags = nannyml_flags(draws, draws.names, reference, current, size)
            found.unchanged(NANNYML, size, flags.any(axis=1))
            if run < draws.moved["runs"]:
                moves = list(draws.moved_columns())
                keys = [key for key, _, _ in moves]
                then = np.stack([reference[:, f] for _, f, _ in moves], axis=1)
                now = np.stack([np.array(draws.columns[at, run, :, :size]).ravel() for _, _, at in moves], axis=1)
                flags = nannyml_flags(draws, keys, then, now, size)
                for i, key in enumerate(keys):
                    found.moved(NANNYML, f"{key}/{size}", flags[:, i])


def judge(folder, budgets):
    draws, found = Draws(folder), Found()
    started = time.monotonic()
    alibi(draws, [("5 %", 0.05)] + [(budget["name"], budget["alpha"]) for budget in budgets], found)
    agreed, compared = evidently_looks(draws, found)
    nannyml_looks(draws, found)
    print(f"false-alarms: the peers on {draws.kind}, {time.monotonic() - started:.0f} s", file=sys.stderr)
    return {"flags": list(found.settings.values()), "reports": {"agreed": agreed, "compared": compared}}


def main(budgets, *folders):
    kinds = [judge(folder, json.loads(budgets)) for folder in folders]
    packages = {"Evidently": evidently, "NannyML": nannyml, "Alibi Detect": alibi_detect, "SciPy": scipy}
    versions = {name: package.__version__ for name, package in packages.items()}
    versions["Python"] = ".".join(map(str, sys.version_info[:3]))
    print(json.dumps({"kinds": kinds, "versions": versions}))


main(*sys.argv[1:])
