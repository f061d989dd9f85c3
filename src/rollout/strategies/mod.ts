import type { Asked } from "../../core/asked.ts";
import { InvalidInputError } from "../../core/errors.ts";
import { addNamed } from "../../core/named.ts";
import type { StandardStrategy, Strategy } from "../plan.ts";
import { ab } from "./ab.ts";
import { bandit } from "./bandit.ts";
import { canary } from "./canary.ts";
import { immediate } from "./immediate.ts";
import { shadow } from "./shadow.ts";
import type { OwnStrategy, RolloutStrategy } from "./strategy.ts";

/** Every way of ours in which a version can come to serve. */
export const STRATEGIES: Readonly<Record<StandardStrategy, RolloutStrategy>> = {
  immediate,
  shadow,
  canary,
  ab,
  bandit,
};

/** A strategy of the operator's, wherever it runs. */
type AnyStrategy = OwnStrategy | Asked<OwnStrategy>;

const OWN: AnyStrategy[] = [];

/** Lets versions be rolled out by an operator's strategy, as `own:NAME`. @throws {RangeError} another has its name */
export const addStrategy = (strategy: AnyStrategy): void => addNamed(OWN, strategy);

/** The operator's strategies, as they are asked for, with what each does in their author's words. */
export const ownStrategies = (): { name: string; means: string }[] =>
  OWN.map(({ name, means }) => ({ name: `own:${name}`, means }));

/** @throws {InvalidInputError} no file of the operator's defines it */
export function ownStrategyNamed(name: Strategy): AnyStrategy {
  const own = OWN.find((strategy) => `own:${strategy.name}` === name);
  if (own) return own;
  const have = OWN.map((strategy) => `own:${strategy.name}`).join(", ") || "none";
  throw new InvalidInputError(
    `Cannot find the rollout strategy "${name}" in the folder of extensions, which has ${have}`,
    "strategy",
  );
}
