import type { Policy } from "../../../src/backtest/losses/replay.ts";
import { always, never, tunedPeriod } from "../../../src/backtest/losses/calendars.ts";
import { caraCt, caraP, caraT } from "../../../src/backtest/losses/cara.ts";
import { tunedCusum } from "../../../src/backtest/losses/cusum.ts";
import { modyn, modynMended } from "./modyn.ts";
import { perennialBefore } from "./perennial.ts";
import { recalibrating } from "./recalibrating.ts";
import { worthPolicy } from "./worth.ts";
import { priorWithout } from "./worth_priors.ts";

/** Ours: the rule `worth`, with a prior that was learned without the set at hand and its kin. */
export const NOW = "Perennial now";
export const RECALIBRATING = "Perennial now, recalibrating";
const now = worthPolicy(priorWithout, NOW);

/** Every policy that is replayed here; those in Python are in peers.py. A new one is a file and a line. */
export const POLICIES: readonly Policy[] = [
  never,
  always,
  tunedPeriod,
  tunedCusum,
  caraT,
  caraCt,
  caraP,
  modyn,
  modynMended,
  perennialBefore,
  now,
  recalibrating(now, RECALIBRATING),
];
