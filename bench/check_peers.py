"""One daily look at a churn model by Evidently and by NannyML, on windows that Perennial also looks at.

Usage: check_peers.py WINDOWS.bin SHAPE.json RUNS   (SHAPE: {"names", "reference", "current"})
WINDOWS.bin: for the reference and then the current window, little-endian float32 features (row-major, NaN where missing),
float64 outcomes (0 or 1), float64 predicted probabilities. Evidently reports drift of every column and the quality of the
classification; NannyML computes drift of every column, the performance realised and the one estimated without outcomes.
Prints JSON: seconds by the clock and of the processor per tool and run, and what loading it took.
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


def timed(work):
    started, used = time.perf_counter(), time.process_time()
    result = work()
    return result, {"seconds": time.perf_counter() - started, "cpuSeconds": time.process_time() - used}


def read(path, shape):
    import numpy as np
    import pandas as pd

    def window(file, rows):
        names = shape["names"]
        x = np.frombuffer(file.read(4 * rows * len(names)), "<f4").reshape(rows, len(names))
        outcome, probability = (np.frombuffer(file.read(8 * rows), "<f8") for _ in range(2))
        frame = pd.DataFrame(x.astype(float), columns=names)
        # each tool is given only columns that it can take: some say nothing in one of the windows
        return frame.assign(outcome=outcome.astype(int), probability=probability, predicted=(probability >= 0.5).astype(int))

    with open(path, "rb") as file:
        windows = [window(file, shape[name]) for name in ("reference", "current")]
    usable = [name for name in shape["names"] if all(frame[name].notna().any() for frame in windows)]
    return windows, usable


def load_evidently():
    import evidently
    from evidently import BinaryClassification, DataDefinition, Dataset, Report
    from evidently.presets import ClassificationPreset, DataDriftPreset

    def look(reference, current, names):
        definition = DataDefinition(
            numerical_columns=names,
            classification=[BinaryClassification(target="outcome", prediction_probas="probability")],
        )
        datasets = [
            Dataset.from_pandas(frame[[*names, "outcome", "probability"]], definition) for frame in (current, reference)
        ]
        return Report([DataDriftPreset(columns=names), ClassificationPreset()]).run(*datasets).json()

    return look, evidently.__version__


def load_nannyml():
    import nannyml

    about = dict(y_pred_proba="probability", y_pred="predicted", y_true="outcome", metrics=["roc_auc", "accuracy"],
                 problem_type="classification_binary")  # fmt: skip

    def look(reference, current, names):
        rows = len(current)
        drift = nannyml.UnivariateDriftCalculator(column_names=names, treat_as_numerical=names, chunk_size=rows)
        found = [drift.fit(reference).calculate(current).to_df()]
        for kind in (nannyml.CBPE, nannyml.PerformanceCalculator):
            judge = kind(chunk_size=rows, **about).fit(reference)
            found.append((judge.estimate if kind is nannyml.CBPE else judge.calculate)(current).to_df())
        return found

    return look, nannyml.__version__


def main(path, shape, runs):
    (reference, current), names = read(path, shape)
    tools, versions = {}, {}
    for name, load in (("Evidently", load_evidently), ("NannyML", load_nannyml)):
        (look, versions[name]), loading = timed(load)
        looks = [timed(lambda: look(reference, current, names))[1] for _ in range(runs)]
        tools[name] = {"loading": loading, "looks": looks}
    return {"tools": tools, "versions": versions, "columns": len(names)}


if __name__ == "__main__":
    found = main(sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps(found))
