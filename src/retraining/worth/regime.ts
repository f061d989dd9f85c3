import { z } from "zod";

/**
 * How losses move in one kind of shop: the prior of the forecast. All sizes are shares of the level, the loss of a fresh
 * version; a step is one window.
 */
export const Regime = z.strictObject({
  name: z.string(),
  weight: z.number().positive().describe("prior weight among the regimes"),
  level: z.number().describe("standard deviation of the loss that all windows share"),
  difficulty: z.number().describe("standard deviation of how hard a window is for every version alike"),
  memory: z.number().min(0).max(1).describe("correlation of that between neighbouring windows"),
  shock: z.number().describe("standard deviation of what is hard in one window only"),
  maturity: z.number().describe(
    "mean slope of the learning curve: fall of the loss when the rows grow e-fold",
  ),
  maturitySd: z.number(),
  curve: z.number().nonnegative().describe(
    "how soon it flattens; 0: it falls with the logarithm of the rows",
  ),
  ageing: z.number().describe("mean rise of the loss for each window that a version grows older"),
  ageingSd: z.number(),
  wander: z.number().describe("standard deviation, a step, of what versions that were there fall behind by"),
  straying: z.number().describe("the same of one version by itself"),
  passing: z.number().min(0).max(1).describe("share of that which is still there one step later"),
  inherited: z.number().min(0).max(1).describe(
    "share of it that a version trained on these windows has as well",
  ),
  luck: z.number().describe("standard deviation between versions trained alike"),
  noise: z.number().describe("standard deviation of a version's loss on a window beside everything else"),
  sampling: z.number().describe("factor on the sampling variance of the window"),
  jumpChance: z.number().min(0).max(1).describe("chance, a step, of a sudden change"),
  jump: z.number().describe("standard deviation of a sudden change"),
  jumpShared: z.number().min(0).max(1).describe(
    "share of it that is hard for a version trained afterwards as well",
  ),
});
export type Regime = z.infer<typeof Regime>;
