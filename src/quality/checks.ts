import { busiest } from "./checks/busiest.ts";
import { newCatalogue } from "./checks/catalogue.ts";
import { clockShift } from "./checks/clock.ts";
import { frozen, skew } from "./checks/features.ts";
import { brokenFunnel } from "./checks/funnel.ts";
import { missing } from "./checks/missing.ts";
import { absurd, free, partlyPriced, unitJump } from "./checks/money.ts";
import { refused } from "./checks/refused.ts";
import { duplicates, repeatedIds } from "./checks/repetition.ts";
import { newcomers, restless } from "./checks/shoppers.ts";
import { stalledSource } from "./checks/stalled.ts";
import { late, outOfOrder } from "./checks/timing.ts";
import { failures, lostType, newTypes } from "./checks/types.ts";
import { volume } from "./checks/volume.ts";
import type { Check } from "./view.ts";

/**
 * The catalogue. A third of what a look may spend goes to silence, the trouble that takes everything with it; all
 * other tests share the rest.
 */
export const CHECKS: readonly { part: number; checks: readonly Check[] }[] = [
  { part: 0.35, checks: [stalledSource] },
  {
    part: 0.65,
    checks: [
      missing,
      refused,
      absurd,
      free,
      unitJump,
      partlyPriced,
      duplicates,
      repeatedIds,
      late,
      outOfOrder,
      lostType,
      newTypes,
      failures,
      brokenFunnel,
      volume,
      clockShift,
      restless,
      newcomers,
      busiest,
      newCatalogue,
      frozen,
      skew,
    ],
  },
];
