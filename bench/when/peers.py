"""Peers that live in Python, replayed over matrices: UPF, ADWIN, KSWIN, FHDDM, RetrainOpt Base and Learned.

Usage: peers.py JSON, with {folder, views: [{name, delay, start, alphas}]}.
Prints, for each view and price, the blocks at which each policy trains, and the cost of RetrainOpt's exact schedule.
"""

import json
import os
import sys

import numpy as np
from planner import Planner, exact
from streams import Streams
from upf import SHORT, Upf
from views import View


def main(folder, views):
    found = []
    for number, asked in enumerate(views):
        path = os.path.join(folder, f"{asked['name']}.delay-{asked['delay']}.peers.json")
        answer = kept(path, asked)
        if answer is None:
            answer = {"alphas": asked["alphas"], "prices": replays(folder, asked)}
            with open(path + ".part", "w") as file:
                json.dump(answer, file)
            os.rename(path + ".part", path)
            where = f"{asked['name']}, delay {asked['delay']} ({number + 1} of {len(views)})"
            print(f"when: peers on {where}", file=sys.stderr, flush=True)
        found.append(answer)
    json.dump({"views": found}, sys.stdout)


def kept(path, asked):
    """What an earlier run left; it lies beside the matrix that it belongs to."""
    if not os.path.exists(path):
        return None
    with open(path) as file:
        answer = json.load(file)
    return answer if np.allclose(answer["alphas"], asked["alphas"], rtol=1e-9) else None


def replays(folder, asked):
    view = View(folder, asked["name"], asked["delay"], asked["start"])
    upf, streams, planner = Upf(view), Streams(view), Planner(view)
    prices = []
    for alpha in asked["alphas"]:
        trainings = {"UPF": upf.trainings(alpha), "UPF, 8 ahead": upf.trainings(alpha, SHORT)}
        trainings |= {name: streams.trainings(name, alpha) for name in streams.policies()}
        trainings |= {name: planner.trainings(name, alpha) for name in ("RetrainOpt Base", "RetrainOpt Learned")}
        prices.append({"alpha": alpha, "trainings": trainings, "exact": exact(view, alpha)})
    return prices


if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    main(job["folder"], job["views"])
