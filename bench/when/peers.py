"""Peers that live in Python, replayed over matrices: UPF, ADWIN, KSWIN, FHDDM, RetrainOpt Base and Learned.

Usage: peers.py JSON, with {folder, views: [{name, delay, start, alphas}]}.
Prints, for each view and price, the blocks at which each policy trains, and the cost of RetrainOpt's exact schedule.
"""

import json
import sys

from planner import Planner, exact
from streams import Streams
from upf import SHORT, Upf
from views import View


def main(folder, views):
    found = []
    for number, asked in enumerate(views):
        view = View(folder, asked["name"], asked["delay"], asked["start"])
        upf, streams, planner = Upf(view), Streams(view), Planner(view)
        prices = []
        for alpha in asked["alphas"]:
            trainings = {"UPF": upf.trainings(alpha), "UPF, 8 ahead": upf.trainings(alpha, SHORT)}
            trainings |= {name: streams.trainings(name, alpha) for name in streams.policies()}
            trainings |= {name: planner.trainings(name, alpha) for name in ("RetrainOpt Base", "RetrainOpt Learned")}
            prices.append({"alpha": alpha, "trainings": trainings, "exact": exact(view, alpha)})
        found.append({"name": asked["name"], "delay": asked["delay"], "prices": prices})
        print(f"when: peers on {asked['name']}, delay {asked['delay']} ({number + 1} of {len(views)})", file=sys.stderr, flush=True)
    json.dump({"views": found}, sys.stdout)


if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    main(job["folder"], job["views"])
