import type { Policy } from "../replay.ts";
import { always, never, tunedPeriod } from "./calendars.ts";
import { caraCt, caraP, caraT } from "./cara.ts";
import { tunedCusum } from "./cusum.ts";
import { modyn, modynMended } from "./modyn.ts";
import { perennialBefore } from "./perennial.ts";
import { worthPolicy } from "./worth.ts";
import { priorWithout } from "./worth_priors.ts";

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
  worthPolicy(priorWithout, "Perennial worth"),
];
