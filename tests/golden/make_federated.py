"""Writes federated.json: epsilons of PyPI's dp-accounting 0.6.0, at the orders of src/federated/accountant.ts and at its own.

Run from the repository's root by a Python with bench/requirements-federated.txt.
"""

import json
from importlib.metadata import version

import dp_accounting
from dp_accounting import rdp

ORDERS = [*range(2, 65), 80, 96, 128, 192, 256, 512, 1024]
CASES = [
    # mechanisms (sampling, noise, rounds), delta
    ([(0.01, 1.0, 1000)], 1e-5),
    ([(0.01, 0.8, 10_000)], 1e-6),
    ([(0.001, 1.1, 20_000)], 1e-5),
    ([(0.1, 2.0, 100)], 1e-5),
    ([(0.25, 4.0, 40)], 1e-4),
    ([(0.5, 1.5, 10)], 1e-5),
    ([(1.0, 4.0, 1)], 1e-5),
    ([(1.0, 10.0, 30)], 1e-5),
    ([(1.0, 0.5, 1)], 1e-3),
    ([(1.0, 10.0, 1), (0.2, 3.0, 50)], 1e-5),
    ([(1.0, 500.0, 1)], 1e-2),
]


def accountant(mechanisms, orders):
    made = rdp.RdpAccountant(orders, dp_accounting.NeighboringRelation.ADD_OR_REMOVE_ONE)
    for sampling, noise, rounds in mechanisms:
        event = dp_accounting.PoissonSampledDpEvent(sampling, dp_accounting.GaussianDpEvent(noise))
        made.compose(event, rounds)
    return made


cases = []
for mechanisms, delta in CASES:
    same, own = accountant(mechanisms, ORDERS), accountant(mechanisms, None)
    cases.append({
        "mechanisms": [dict(zip(("sampling", "noise", "rounds"), m)) for m in mechanisms],
        "delta": delta,
        "epsilon": same.get_epsilon(delta),
        "epsilonAtItsOwnOrders": own.get_epsilon(delta),
        "rdp": {str(a): float(r) for a, r in zip(ORDERS, same._rdp) if a in (2, 7, 32, 256)},
    })
print(json.dumps({"madeBy": "dp-accounting " + version("dp-accounting"), "cases": cases}, indent=1))
