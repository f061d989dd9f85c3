"""Makes onnx.json: models of scikit-learn as ONNX files, and what onnxruntime says of the same rows.

Run with Python 3 and: pip install scikit-learn==1.9.1 skl2onnx==1.20.0 onnx==1.23.2 onnxruntime==1.30.0
    python tests/golden/make_onnx.py > tests/golden/onnx.json
"""
import base64
import json
import sys

import numpy as np
import onnxruntime
import skl2onnx
import sklearn
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from skl2onnx.common.data_types import FloatTensorType

random = np.random.default_rng(20261130)
n, k = 200, 3
x = random.gamma(1.5, 10, size=(n, k)).round(2).astype(np.float32)
odds = 1.2 - 0.06 * x[:, 0] + 0.04 * x[:, 1]
two = (random.random(n) < 1 / (1 + np.exp(-odds))).astype(int)
three = np.digitize(odds + random.logistic(size=n), [0.0, 1.5])
amount = np.maximum(0, 2 * x[:, 0] - x[:, 2] + random.normal(0, 5, n))

models = [
    ("logistic", "classification", make_pipeline(StandardScaler(), LogisticRegression()), two),
    ("boosted", "classification", GradientBoostingClassifier(n_estimators=12, max_depth=2, random_state=0), two),
    ("forest", "classification", RandomForestClassifier(n_estimators=8, max_depth=3, random_state=0), two),
    ("network", "classification", make_pipeline(StandardScaler(), MLPClassifier((4,), max_iter=60, random_state=0)), two),
    ("softmax", "classes", make_pipeline(StandardScaler(), LogisticRegression()), three),
    ("boosted classes", "classes", GradientBoostingClassifier(n_estimators=5, max_depth=2, random_state=0), three),
    ("ridge", "regression", make_pipeline(StandardScaler(), Ridge()), amount),
    ("boosted amount", "regression", GradientBoostingRegressor(n_estimators=12, max_depth=2, random_state=0), amount),
]


def case(name, kind, model, y):
    model.fit(x, y)
    made = skl2onnx.to_onnx(
        model, initial_types=[("features", FloatTensorType([None, k]))], options={"zipmap": False} if kind != "regression" else None
    )
    data = made.SerializeToString()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    rows = x[:40]
    want = session.run(None, {"features": rows})[-1]
    own = model.predict_proba(rows) if kind != "regression" else model.predict(rows)
    assert np.allclose(want.ravel(), own.ravel(), atol=1e-4), name
    return {"name": name, "kind": kind, "file": base64.b64encode(data).decode(), "want": want.ravel().tolist()}


stars = random.integers(1, 6, 400)
bought = (random.random(400) < np.where(stars >= 4, 0.9, 0.1)).astype(int)
of_stars = GradientBoostingClassifier(n_estimators=20, max_depth=1, random_state=0).fit(stars.reshape(-1, 1), bought)
stars_file = skl2onnx.to_onnx(
    of_stars, initial_types=[("features", FloatTensorType([None, 1]))], options={"zipmap": False}
).SerializeToString()

json.dump(
    {
        "madeBy": f"scikit-learn {sklearn.__version__}, skl2onnx {skl2onnx.__version__}, onnxruntime {onnxruntime.__version__}",
        "width": k,
        "rows": x[:40].ravel().tolist(),
        "stars": base64.b64encode(stars_file).decode(),
        "cases": [case(*model) for model in models],
    },
    sys.stdout,
)
print()
