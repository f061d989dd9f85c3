import { analysedCycles, type AnalysedRow } from "../../db/cycles/analysed_cycles.ts";
import { configHistory, type ConfigVersion, DEFAULT_CONFIG } from "../../db/config/config_versions.ts";
import type { Sql } from "../../db/connect.ts";
import { findCycle } from "../../db/cycles/cycles.ts";
import { listImpacts } from "../../db/cycles/impacts.ts";
import { performanceTrail, type TrailPoint } from "../../db/monitoring/performance_trail.ts";
import { listLooks, listRollouts } from "../../db/rollouts/rollouts.ts";
import { servingHistory } from "../../db/models/serving.ts";
import { getVersion } from "../../db/models/versions.ts";
import { becauseOf } from "../../impact/summary.ts";
import { wilson } from "../../stats/wilson.ts";
import type { ModelVersion, ServingMove } from "../../registry/version.ts";
import type { RetrainingConfig } from "../../config/retraining.ts";
import { type Change, relativeChange } from "../../app/reports/analysis.ts";
import {
  atGate,
  differing,
  inRollout,
  onOutcomes,
  type Pair,
  type Paired,
} from "../../app/reports/compare.ts";
import type { Cycle } from "../../retraining/cycle.ts";
import { rolloutLooks } from "../../app/reports/rollout_looks.ts";
import type { DashboardDeps } from "../deps.ts";
import { nullIfNotFound } from "../null_if_not_found.ts";

/** The origin of a version: the one it was trained to replace, its cycle, and what became of it. */
export interface LineageEntry {
  version: number;
  /** served when it was trained; null: nothing did */
  parent: number | null;
  cycle: string;
  number: number;
  asOf: string;
  trigger: Cycle["trigger"];
  /** what called for it */
  because: string;
  outcome: NonNullable<Cycle["outcome"]>;
  /** of the loss, against the parent at the gate; null: not compared */
  change: Change | null;
}

const CYCLES_SHOWN = 100;

/** Reads the origin of a model's newest versions, newest first. */
export const readLineage = async (sql: Sql, model: string): Promise<LineageEntry[]> =>
  lineageOf(await analysedCycles(sql, model, CYCLES_SHOWN));

/** Returns the origin of the versions that some cycles made. */
export function lineageOf(cycles: readonly AnalysedRow[]): LineageEntry[] {
  return cycles.flatMap((row): LineageEntry[] => {
    const { id, number, asOf, trigger, outcome, champion, challenger, reasons, compared } = row;
    if (challenger === null) return [];
    const spoke = reasons.filter(({ speaks }) => speaks === "for");
    return [{
      version: challenger,
      parent: champion,
      cycle: id,
      number,
      asOf,
      trigger,
      outcome,
      because: becauseOf(spoke) ?? trigger,
      change: compared?.against === "champion" ? relativeChange(compared) : null,
    }];
  });
}

/** An interval of a share, each shopper counted once. */
interface Share {
  low: number;
  high: number;
  confidence: number;
}

/** One of two versions, with what is known of it alone. */
export interface ComparedVersion {
  version: ModelVersion;
  /** null: a person's request, or a demo's reference policy, made it */
  cycle: Pick<Cycle, "id" | "number" | "trigger" | "outcome"> | null;
  /** what its metrics at the gate were measured on; null: it was not validated */
  gate: { rows: number; shoppers: number; accuracy: Share | null } | null;
  /** the newest measurement while it served: the metric people quote, and the loss; null: no outcomes were known */
  live: { metric: string; looked: TrailPoint | null }[];
  /** the configuration that was in force when it was made */
  config: { version: number; config: RetrainingConfig };
}

/** Two versions of a model beside each other. */
export interface CompareView {
  model: string;
  loss: string;
  metric: string;
  a: ComparedVersion;
  b: ComparedVersion;
  /** what says most comes first */
  paired: Paired[];
  /** in what their recipes differ */
  recipe: { name: string; a: string | null; b: string | null }[];
  /** newest first */
  moves: ServingMove[];
}

/** Reads for lineage, and for two versions beside each other. */
export interface CompareReads {
  /** where the versions of a model came from, newest first */
  lineage(model: string): Promise<LineageEntry[]>;
  /** two versions beside each other. Null: there is no such model, or no such version */
  comparison(query: { model: string; a: number; b: number }): Promise<CompareView | null>;
}

/** Answers them from Postgres. */
export const compareReads = (deps: DashboardDeps): CompareReads => ({
  lineage: (model) => readLineage(deps.sql, model),
  comparison: (query) => nullIfNotFound(readComparison(deps, query)),
});

const CONFIGS = 1000;
const ROLLOUTS = 1000;
const MOVES = 10_000;
/** Later than any look: the year 9999. */
const FAR_MS = Date.UTC(9999, 0);

interface Deps {
  sql: Sql;
  models: ReadonlyMap<string, { primaryMetric: string; loss: string }>;
}

/** Two versions beside each other. @throws {NotFoundError} if there is no such version   @returns null: no such model */
export async function readComparison(
  { sql, models }: Deps,
  { model, a, b }: Pair & { model: string },
): Promise<CompareView | null> {
  const definition = models.get(model);
  if (!definition) return null;
  const { loss, primaryMetric: metric } = definition;
  const [older, newer] = await Promise.all([getVersion(sql, model, a), getVersion(sql, model, b)]);
  const [cycles, configs, moves, impacts, inRollouts] = await Promise.all([
    Promise.all([older, newer].map(({ cycleId }) => findCycle(sql, cycleId))),
    configHistory(sql, CONFIGS),
    servingHistory(sql, model, MOVES),
    listImpacts(sql, model),
    rolloutsOf(sql, { model, a, b, loss }),
  ]);
  const metrics = [...new Set([metric, loss])];
  const describe = async (version: ModelVersion, cycle: Cycle | null): Promise<ComparedVersion> => ({
    version,
    cycle,
    gate: gateOf(cycle),
    config: inForce(configs, version.createdAt),
    live: await Promise.all(metrics.map(async (metric) => ({
      metric,
      looked: await lastLook(sql, { model, metric, version: version.version }),
    }))),
  });
  const pair = { a, b };
  const paired = [
    ...impacts.map((impact) => onOutcomes(pair, impact)),
    ...inRollouts,
    ...cycles.map((cycle) => cycle && atGate(pair, cycle)),
  ];
  return {
    model,
    loss,
    metric,
    moves,
    a: await describe(older, cycles[0]),
    b: await describe(newer, cycles[1]),
    paired: paired.filter((pair) => pair !== null),
    recipe: differing(older.manifest.recipe, newer.manifest.recipe),
  };
}

/** The rows that a version's metrics at the gate rest on. */
export function gateOf(cycle: Pick<Cycle, "evidence"> | null): ComparedVersion["gate"] {
  if (!cycle?.evidence) return null;
  const { difference: { n, clusters, confidence }, challengerMetrics: { accuracy } } = cycle.evidence;
  return {
    rows: n,
    shoppers: clusters,
    accuracy: accuracy === undefined || accuracy === null
      ? null
      : { ...wilson(accuracy, clusters, confidence), confidence },
  };
}

/** @param configs newest first */
const inForce = (configs: readonly ConfigVersion[], at: string): ConfigVersion =>
  configs.find((config) => config.at <= at) ?? DEFAULT_CONFIG;

async function lastLook(
  sql: Sql,
  { model, metric, version }: { model: string; metric: string; version: number },
): Promise<TrailPoint | null> {
  const trail = await performanceTrail(sql, { model, metric, version, untilMs: FAR_MS });
  return trail.findLast(({ measured }) => measured !== null) ?? null;
}

async function rolloutsOf(
  sql: Sql,
  { model, loss, ...pair }: Pair & { model: string; loss: string },
): Promise<(Paired | null)[]> {
  const all = await listRollouts(sql, { model, limit: ROLLOUTS });
  const both = all.filter(({ champion, challengers }) => {
    const versions = [champion, ...challengers];
    return versions.includes(pair.a) && versions.includes(pair.b);
  });
  return await Promise.all(both.map(async (rollout) => {
    const [look] = await rolloutLooks(rollout, await listLooks(sql, rollout.id, 1));
    return look ? inRollout(pair, { rollout, look, loss }) : null;
  }));
}
