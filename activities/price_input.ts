import { endedStages } from "../src/db/monitoring/trends.ts";
import type { ModelConfig } from "../src/config/retraining.ts";
import { contacts, ranked } from "../src/impact/contacts.ts";
import { type Economics, economicsOf } from "../src/impact/economics.ts";
import { budgetShare, gainOf } from "../src/impact/profit.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import { secondsByStage } from "../src/retraining/stage_seconds.ts";
import type { WorthInput } from "../src/retraining/worth/decide.ts";
import { levelOf } from "../src/retraining/worth/evidence.ts";
import { type Exchange, lossWorth } from "../src/retraining/worth/loss_worth.ts";
import { type PriceBasis, priceOf, priceOfBudget, QUARTER_DAYS } from "../src/retraining/worth/price.ts";
import { trainingsAt } from "../src/retraining/worth/replay_history.ts";
import { mean } from "../src/stats/mean.ts";
import type { ActivityDeps } from "./deps.ts";
import type { Scored, ScoredRows } from "./scored_version.ts";

/** Newest cycles that say how long a training takes. */
const CYCLES_MAX = 20;

interface Priced {
  model: ModelDefinition;
  config: ModelConfig;
  scored: readonly Scored[];
  numberOf: (cutoff: string) => number;
  /** with the price of a share */
  input: WorthInput;
}

/** Prices a training as the settings ask; by a share of the loss where that cannot be told, and says why. */
export async function pricedInput(deps: ActivityDeps, priced: Priced): Promise<WorthInput> {
  const { config, input } = priced;
  const basis = await basisFor(deps, priced);
  const level = levelOf(input.versions, input.windows);
  if (basis.by !== "budget") return { ...input, price: priceOf(basis, { level }), priceBasis: basis };
  const price = priceOfBudget({ trainings: basis.trainings, windows: QUARTER_DAYS / config.step_days }, {
    windows: input.windows.length,
    level,
    trainingsAt: (at) => trainingsAt(input, at),
  });
  return { ...input, price, priceBasis: basis };
}

async function basisFor(deps: ActivityDeps, priced: Priced): Promise<PriceBasis> {
  const { config, input } = priced;
  const byShare = (instead: string | null): PriceBasis => ({
    by: "share",
    share: config.training_price,
    instead,
  });
  if (config.training_price_by === "share") return byShare(null);
  if (config.training_price_by === "money") return await basisInMoney(deps, priced, byShare);
  if (config.training_budget === null) return byShare("training_budget is not stated");
  const windows = QUARTER_DAYS / config.step_days;
  return { by: "budget", trainings: config.training_budget, windows, replayed: input.windows.length };
}

/** The stated economics say what a contact is worth; versions compared on the same rows, what a unit of loss costs so. */
async function basisInMoney(
  { sql }: ActivityDeps,
  priced: Priced,
  byShare: (instead: string) => PriceBasis,
): Promise<PriceBasis> {
  const { model, config } = priced;
  const found = economicsOf(model.economics, config);
  if (found.kind === "none") return byShare("the model's file states no economics");
  const lacks = [
    ...config.machine_hour_cost === null ? ["machine_hour_cost"] : [],
    ...found.kind === "missing" ? found.settings : found.economics.basis === "profit" ? [] : ["offer_lift"],
  ];
  if (found.kind === "missing" || lacks.length > 0) return byShare(`not stated: ${lacks.join(", ")}`);
  const trainingSeconds = await secondsOfTraining(sql, model.name);
  if (trainingSeconds === null) return byShare("no cycle has trained yet that could say how long it takes");
  const exchange = lossWorth(exchangesOf(priced, found.economics));
  if (!exchange) return byShare("what a unit of loss costs in money cannot be told from the versions so far");
  return {
    by: "money",
    trainingSeconds,
    machineHourCost: config.machine_hour_cost!,
    personCost: config.cycle_person_cost,
    lossWorth: exchange.worth,
    lossWorthError: exchange.error,
    comparisons: exchange.comparisons,
  };
}

/** Mean duration of the newest cycles that trained, without the time in which a person was waited for. */
async function secondsOfTraining(sql: ActivityDeps["sql"], model: string): Promise<number | null> {
  const cycles = (await endedStages(sql, model, CYCLES_MAX)).map(({ stages }) => secondsByStage(stages));
  const seconds = cycles.filter(({ train }) => train !== undefined).map(({ approve: _, ...worked }) =>
    Object.values(worked).reduce((sum, value) => sum + value, 0)
  );
  return seconds.length === 0 ? null : mean(seconds);
}

/** Each pair of versions on each cut-off: what the newer one loses less, and earns more in the days until the next. */
function exchangesOf({ scored, config, numberOf }: Priced, economics: Economics): Exchange[] {
  const share = Math.min(1, config.step_days / config.horizon_days);
  const cutoffs = [...new Set(scored.flatMap(({ rows }) => [...rows.keys()]))];
  return cutoffs.flatMap((cutoff) => {
    const there = scored.flatMap(({ rows }) => {
      const found = rows.get(cutoff);
      return found ? [{ loss: mean(found.loss), money: share * earned(found, economics) }] : [];
    });
    return there.flatMap((older, i) =>
      there.slice(i + 1).map((newer) => ({
        window: numberOf(cutoff),
        loss: older.loss - newer.loss,
        money: newer.money - older.money,
      }))
    );
  });
}

/** What contacting all those earns whom a version says that it pays for, within the budget. */
function earned({ answers, target }: ScoredRows, economics: Economics): number {
  const from = economics.contactCost / economics.effect;
  const weights = contacts(ranked(answers), { from, share: budgetShare(economics, target.length) });
  return weights.reduce((sum, weight, i) => sum + weight * gainOf(target[i], economics), 0);
}
