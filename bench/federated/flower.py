"""Trains by Flower's FedAvg on the rows that the bench wrote: one argument, a job as JSON. Prints the weights as JSON.

Clients run in this process, one after the other: the strategy, its weighting and its parameters are Flower's own, and the
local steps are mini-batches of plain gradient descent, as in src/federated/round.ts.
"""

import json
import sys
from importlib.metadata import version

import numpy as np
from flwr.common import Code, FitRes, Status, ndarrays_to_parameters, parameters_to_ndarrays
from flwr.server.strategy import FedAvg

job = json.loads(sys.argv[1])
plan, width = job["plan"], job["inputs"]


def read(path):
    numbers = np.fromfile(path, dtype="<f4").reshape(-1, width + 1)
    return numbers[:, :width].astype(np.float64), numbers[:, width].astype(np.float64)


def fit(weights, x, y, chance):
    w, b = weights[0].copy(), float(weights[1][0])
    for _ in range(plan["localEpochs"]):
        order = chance.permutation(len(y))
        for start in range(0, len(y), plan["batchSize"]):
            rows = order[start : start + plan["batchSize"]]
            pull = 1 / (1 + np.exp(-(x[rows] @ w + b))) - y[rows]
            slope, bias = x[rows].T @ pull / len(rows), pull.mean()
            w -= plan["learningRate"] * (slope + plan["weightDecay"] * w)
            b -= plan["learningRate"] * bias
    return [w, np.array([b])]


clients = [read(path) for path in job["paths"]]
parameters = ndarrays_to_parameters([np.zeros(width), np.zeros(1)])
strategy = FedAvg(min_fit_clients=len(clients), min_available_clients=len(clients), initial_parameters=parameters)
chance = np.random.default_rng(job["seed"])
for number in range(1, plan["rounds"] + 1):
    weights = parameters_to_ndarrays(parameters)
    results = []
    for x, y in clients:
        trained = ndarrays_to_parameters(fit(weights, x, y, chance))
        results.append((None, FitRes(Status(Code.OK, ""), trained, len(y), {})))
    parameters, _ = strategy.aggregate_fit(number, results, [])
w, b = parameters_to_ndarrays(parameters)
print(json.dumps({"weights": [*w.tolist(), float(b[0])], "versions": {"flwr": version("flwr"), "numpy": np.__version__}}))
