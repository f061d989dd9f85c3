"""Writes elastic_net.json: what the bench's elastic net (numpy) fits. Run by bench's Python, from the repository's root."""

import json
import sys

import numpy as np

sys.path.insert(0, "bench/when")
import elastic_net  # noqa: E402

chance = np.random.default_rng(3)
cases = []
for n, noise in [(12, 0.1), (40, 0.5), (90, 0.02)]:
    x = np.round(chance.normal(size=(n, 4)), 4)
    x = np.round((x - x.mean(axis=0)) / x.std(axis=0), 6)
    y = np.round(0.6 + x @ np.array([0.2, 0, -0.05, 0.01]) + noise * chance.normal(size=n), 6)
    slopes, intercept = elastic_net.fit(x, y, 5)
    case = {"x": x.tolist(), "y": y.tolist(), "slopes": np.round(slopes, 9).tolist(), "intercept": round(float(intercept), 9)}
    cases.append(case)
print(json.dumps({"madeBy": "bench/when/elastic_net.py, numpy " + np.__version__, "cases": cases}))
