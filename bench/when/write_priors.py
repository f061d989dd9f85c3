"""Writes what fit_worth.py found as code: src/retraining/worth/prior.ts (all sets) and bench/when/priors.json (without each set)."""

import json
import sys
from math import erf, exp, sqrt
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# names of the regime's sizes, in the order of the model in fit_worth.py
SIZES = (
    "difficulty memory shock maturity maturitySd ageing ageingSd wander luck noise level passing sampling "
    "jumpChance jump inherited curve straying jumpShared"
).split()


def prior(found):
    components = found["p"]["C"]
    most = max(c["l"] for c in components)
    regimes = []
    for number, c in enumerate(components, 1):
        sizes = {key: float(f"{value:.4g}") for key, value in zip(SIZES, c["hp"])}
        regimes.append({"name": f"fitted {number}", "weight": float(f"{exp(c['l'] - most):.4g}"), **sizes})
    # the forecast is trusted at a quantile: z standard deviations below its mean
    caution = 0.5 * (1 + erf(max(0.0, -found["p"]["z"]) / sqrt(2)))
    return {"regimes": regimes, "horizon": found["p"]["H"], "caution": float(f"{caution:.4g}")}


def main(folder):
    folds = {path.stem.removeprefix("loso_"): json.loads(path.read_text()) for path in Path(folder).glob("loso_*.json")}
    whole = prior(folds.pop("None"))
    (ROOT / "bench/when/priors.json").write_text(
        json.dumps({name: prior(found) for name, found in sorted(folds.items())}, indent=2) + "\n"
    )
    text = f"""// Written by bench/when/write_priors.py from what bench/when/fit_worth.py fitted; do not edit.
import type {{ Regime }} from "./regime.ts";

/** What a decision starts from: how losses move elsewhere, and how far and how surely to trust the forecast. */
export interface WorthPrior {{
  readonly regimes: readonly Regime[];
  readonly horizon: number;
  readonly caution: number;
}}

/** Fitted on all sets of `deno task bench when`. */
export const WORTH_PRIOR: WorthPrior = {json.dumps(whole, indent=2)};
"""
    (ROOT / "src/retraining/worth/prior.ts").write_text(text)


main(sys.argv[1])
