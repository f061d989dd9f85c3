import { DAY_MS, HOUR_MS } from "../../src/core/time.ts";
import {
  type AnsweredByBoth,
  answeredByBoth,
  rewardsAfter,
  type ServedCounts,
  servedCounts,
  shoppersShown,
  type ShownAnswer,
  shownAnswers,
} from "../../src/db/rollouts/rollout_evidence.ts";
import { shopperGroups } from "../../src/db/events/shopper_groups.ts";
import { getVersion } from "../../src/db/models/versions.ts";
import { rowLosses } from "../../src/stats/metrics.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import { largestGroups } from "../../src/performance/groups.ts";
import type { ModelConfig } from "../../src/config/retraining.ts";
import type { ArmEvidence, PairEvidence, RolloutEvidence } from "../../src/rollout/rollout_evidence.ts";
import { type Moments, momentsOf } from "../../src/stats/moments.ts";
import { elapsedMs, type Rollout } from "../../src/rollout/rollout.ts";
import type { ActivityDeps } from "../deps.ts";

interface Job {
  model: ModelDefinition;
  rollout: Rollout;
  asOfMs: number;
  /** of the capped loss */
  cap: number;
}

/** All that one look at a rollout decides on, as known at a moment. */
export async function gatherEvidence(
  deps: ActivityDeps,
  { model, config, rollout, asOfMs }: Pick<Job, "model" | "rollout" | "asOfMs"> & { config: ModelConfig },
): Promise<RolloutEvidence> {
  const { champion, challengers } = rollout;
  const { manifest } = await getVersion(deps.sql, model.name, challengers[0]);
  const now = { asOfMs, nowMs: deps.clock() };
  const job = { model, rollout, asOfMs, cap: manifest.targetCap ?? Infinity };
  const known = await shopperGroups(deps.sql, { asOfMs: Date.parse(rollout.asOf), days: config.active_days });
  const groups = largestGroups(known); // as of its beginning: who is in a group does not change with what they do
  return {
    asOf: new Date(asOfMs).toISOString(),
    days: Math.max(
      0,
      elapsedMs({ asOf: rollout.asOf, at: rollout.startedAt }, now) / DAY_MS - pausedDays(rollout, now),
    ),
    stepHours: elapsedMs({ asOf: rollout.stepAsOf, at: rollout.stepAt }, now) / HOUR_MS,
    ...rollout.paused ? { paused: true as const } : {},
    arms: await armsOf(deps, job, [champion, ...challengers]),
    pairs: await Promise.all(challengers.map((version) => pairOf(deps, job, version, groups))),
  };
}

/** The days that a rollout was paused, with the pause that goes on. */
const pausedDays = ({ paused, pausedDays }: Rollout, now: { asOfMs: number; nowMs: number }): number =>
  pausedDays + (paused ? elapsedMs(paused, now) / DAY_MS : 0);

async function armsOf(deps: ActivityDeps, job: Job, versions: readonly number[]): Promise<ArmEvidence[]> {
  const { sql } = deps;
  const { model: { name: model }, rollout, asOfMs } = job;
  const metBy = new Date(asOfMs).toISOString();
  const [shown, shoppers, served] = await Promise.all([
    shownAnswers(sql, { model, fromAsOf: rollout.asOf, metBy }),
    shoppersShown(sql, { model, fromAsOf: rollout.stepAsOf }),
    servedCounts(sql, { model, since: rollout.startedAt }),
  ]);
  return await Promise.all(versions.map(async (version) => {
    const mine = shown.filter((answer) => answer.version === version);
    const counts = served.get(version) ?? { answers: 0, errors: 0, fallbacks: 0, latency: {} };
    return {
      version,
      shoppers: shoppers.get(version) ?? 0,
      answers: counts.answers,
      errors: counts.errors,
      fallbacks: counts.fallbacks,
      ...timesOf(counts, rollout.plan.guardrails.latencyMs),
      loss: momentsOf(lossesOf(job, mine)),
      reward: await rewardOf(deps, job, mine),
    };
  }));
}

/** Counts the requests slower than `limitMs`: those of a bucket that begins at or above it. */
function timesOf({ latency }: ServedCounts, limitMs: number): { timed: number; slow: number } {
  let timed = 0;
  let slow = 0;
  const buckets = Object.entries(latency).map(([bound, n]) => [Number(bound), n]).sort(([a], [b]) => a - b);
  buckets.forEach(([, n], i) => {
    timed += n;
    if (i > 0 && buckets[i - 1][0] >= limitMs) slow += n;
  });
  return { timed, slow };
}

function lossesOf({ model, cap }: Job, answers: readonly ShownAnswer[]): Float64Array {
  const met = answers.filter((answer) => answer.outcome !== null);
  return rowLosses(
    model.loss,
    met.map((a) => a.outcome!),
    met.flatMap((a) => a.probabilities ?? a.prediction),
    { cap },
  );
}

/** Returns what shoppers did after the answer they were shown; null where outcomes are what counts. */
async function rewardOf(
  { sql }: ActivityDeps,
  { rollout: { plan: { strategy, bandit } }, asOfMs }: Job,
  answers: readonly ShownAnswer[],
): Promise<Moments | null> {
  const { reward, rewardDays: days } = bandit;
  if (strategy !== "bandit" || reward === "outcome") return null;
  const complete = answers.filter((answer) => answer.asOfMs + days * DAY_MS <= asOfMs);
  return momentsOf(await rewardsAfter(sql, { reward, answers: complete, days }));
}

async function pairOf(
  { sql }: ActivityDeps,
  job: Job,
  challenger: number,
  groups: ReadonlyMap<string, readonly string[]>,
): Promise<PairEvidence> {
  const { model, rollout: { champion, asOf: fromAsOf }, asOfMs } = job;
  const metBy = new Date(asOfMs).toISOString();
  const pairs = await answeredByBoth(sql, { model: model.name, fromAsOf, metBy, champion, challenger });
  const met = pairs.filter((pair) => pair.outcome !== null);
  const segmentsOf = (
    { userKey, segment }: AnsweredByBoth,
  ) => [...groups.get(userKey) ?? [], ...segment === null ? [] : [segment]];
  const names = [...new Set(met.flatMap(segmentsOf))].sort();
  return {
    version: challenger,
    difference: differenceOf(job, met).difference,
    divergence: divergenceOf(pairs),
    segments: names.map((segment) => ({
      segment,
      ...differenceOf(job, met.filter((pair) => segmentsOf(pair).includes(segment))),
    })),
  };
}

/** Challenger's loss minus the champion's, shopper by shopper, and the champion's mean loss. */
function differenceOf(
  { model, cap }: Job,
  met: readonly AnsweredByBoth[],
): { difference: Moments; championLoss: number } {
  const outcome = met.map((pair) => pair.outcome!);
  const by = (arm: "champion" | "challenger") =>
    met.flatMap((pair) => pair.probabilities?.[arm] ?? pair[arm]);
  const theirs = rowLosses(model.loss, outcome, by("champion"), { cap });
  const ours = rowLosses(model.loss, outcome, by("challenger"), { cap });
  return {
    difference: momentsOf(ours.map((loss, i) => loss - theirs[i])),
    championLoss: momentsOf(theirs).mean,
  };
}

/** Both answers about a shopper, of several classes about each. */
const numbersOf = ({ champion, challenger, probabilities }: AnsweredByBoth): [number, number][] =>
  probabilities
    ? probabilities.champion.map((p, c) => [p, probabilities.challenger[c]])
    : [[champion, challenger]];

function divergenceOf(pairs: readonly AnsweredByBoth[]): PairEvidence["divergence"] {
  const numbers = pairs.flatMap(numbersOf);
  const squares = numbers.reduce((sum, [champion, challenger]) => sum + (challenger - champion) ** 2, 0);
  const spread = Math.sqrt(momentsOf(numbers.map(([champion]) => champion)).variance);
  return { n: pairs.length, rms: pairs.length > 0 ? Math.sqrt(squares / numbers.length) : 0, spread };
}
