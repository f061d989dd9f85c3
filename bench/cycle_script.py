"""One retraining of both models as a shop's own nightly script would do it: pandas, scikit-learn, MLflow's registry.

Usage: cycle_script.py DATABASE_URL REGISTRY_URL ARTEFACT_FOLDER PROTOCOL.json [--prepare]
Reads the shop's events from Postgres, makes features and outcomes of every labelled cut-off (by bench/peers.py, once for
both models), chooses among a linear model and a small network on the newest cut-offs, fits the winner again on all rows,
registers it with MLflow, and points the alias "champion" at it. No comparison with what serves, no checks of the data, no
step that outlives the process. Prints JSON: seconds by the clock and of the processor, by step. --prepare only makes
MLflow's tables.
"""
import time

STARTED = time.perf_counter()

import json  # noqa: E402
import logging  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import warnings  # noqa: E402

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

import mlflow  # noqa: E402
import mlflow.sklearn  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import peers  # noqa: E402
import psycopg2  # noqa: E402
import sklearn  # noqa: E402
from sklearn.compose import TransformedTargetRegressor  # noqa: E402
from sklearn.linear_model import LogisticRegression, Ridge  # noqa: E402
from sklearn.metrics import log_loss, mean_squared_error  # noqa: E402
from sklearn.neural_network import MLPClassifier, MLPRegressor  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import FunctionTransformer, StandardScaler  # noqa: E402

warnings.filterwarnings("ignore")
logging.getLogger("mlflow").setLevel(logging.ERROR)
logging.getLogger("alembic").setLevel(logging.ERROR)

NETWORK = dict(hidden_layer_sizes=(32, 16), learning_rate_init=5e-4, batch_size=512, max_iter=25, early_stopping=True,
               n_iter_no_change=3, random_state=0)  # fmt: skip


def signed_log(x):
    """Signed logarithms beside flags of what is missing: what bench/peers.py gives its linear models."""
    missing = np.isnan(x)
    known = np.where(missing, 0.0, x)
    return np.hstack([np.sign(known) * np.log1p(np.abs(known)), missing])


def pipeline(estimator):
    return make_pipeline(FunctionTransformer(signed_log), StandardScaler(), estimator)


def logged(estimator):
    return TransformedTargetRegressor(estimator, func=np.log1p, inverse_func=np.expm1)


# the same number of penalties as Perennial's own grids
CANDIDATES = {
    "churn": [lambda c=c: pipeline(LogisticRegression(C=c, max_iter=300)) for c in (1e-4, 1e-3, 1e-2, 1e-1)]
    + [lambda: pipeline(MLPClassifier(**NETWORK))],
    "spending": [lambda a=a: pipeline(Ridge(alpha=a)) for a in (1e2, 1e3, 1e4, 1e5)]
    + [lambda: logged(pipeline(MLPRegressor(**NETWORK)))],
}


def read_events(url):
    query = """select user_key::text as user, type, extract(epoch from at)::float8 / 86400 as t, product_code as product,
      category_code as category, session_code as session, quantity, amount from events
      where user_key is not null order by at"""
    with psycopg2.connect(url) as connection:
        events = pd.read_sql(query, connection)
    return events.fillna({"quantity": 0.0, "amount": 0.0, "session": -1, "product": -1, "category": -1})


def loss_of(model, fitted, x, y):
    if model == "churn":
        return log_loss(y, fitted.predict_proba(x)[:, 1], labels=[0, 1])
    return mean_squared_error(y, np.maximum(fitted.predict(x), 0.0))


def choose(model, blocks):
    """The candidate with the lowest loss on the newest fifth of the cut-offs."""
    held = max(1, len(blocks) // 5)
    older, newer = blocks[:-held], blocks[-held:]
    x, y = rows(model, older)
    xv, yv = rows(model, newer)
    return min(CANDIDATES[model], key=lambda make: loss_of(model, make().fit(x, y), xv, yv))


def rows(model, blocks):
    return pd.concat([b["x"] for b in blocks]).to_numpy(float), np.concatenate([b[model] for b in blocks])


def register(model, fitted, metrics):
    with mlflow.start_run(run_name=model):
        mlflow.log_metrics(metrics)
        logged_model = mlflow.sklearn.log_model(fitted, name=model, registered_model_name=model,
                                                 serialization_format="cloudpickle",
                                                 pip_requirements=["scikit-learn"])  # found out, it takes seconds
    mlflow.MlflowClient().set_registered_model_alias(model, "champion", logged_model.registered_model_version)


def main(database, registry, artefacts, protocol):
    mlflow.set_tracking_uri(registry)
    if mlflow.get_experiment_by_name("shop") is None:
        mlflow.create_experiment("shop", artifact_location=artefacts)
    mlflow.set_experiment("shop")
    if "--prepare" in sys.argv:
        return {"versions": {"MLflow": mlflow.__version__, "scikit-learn": sklearn.__version__, "pandas": pd.__version__}}
    steps = {"imports": time.perf_counter() - STARTED}
    mark = time.perf_counter()

    def step(name):
        nonlocal mark
        steps[name] = time.perf_counter() - mark
        mark = time.perf_counter()

    events = read_events(database)
    step("read events")
    blocks = [peers.block(events, c, protocol) for c in peers.cutoffs_of(protocol, events.t.max())]
    step("features and outcomes")
    for model in CANDIDATES:
        make = choose(model, blocks)
        step(f"{model}: choose")
        x, y = rows(model, blocks)
        fitted = make().fit(x, y)
        step(f"{model}: fit on all rows")
        register(model, fitted, {"rows": len(y), "loss": loss_of(model, fitted, x, y)})
        step(f"{model}: register")
    return {"seconds": time.perf_counter() - STARTED, "cpuSeconds": time.process_time(), "steps": steps, "rows": len(y)}


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:4], json.loads(sys.argv[4]))))
