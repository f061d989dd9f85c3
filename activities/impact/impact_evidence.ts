import { getCycle } from "../../src/db/cycles/cycles.ts";
import { getSnapshot } from "../../src/db/cycles/snapshots.ts";
import { getVersion } from "../../src/db/models/versions.ts";
import { featuresOf } from "../../src/features/set.ts";
import type { ImpactCutoff, ImpactEvidence } from "../../src/impact/impact_evidence.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import { guessOf, type ModelVersion } from "../../src/registry/version.ts";
import type { ModelConfig } from "../../src/config/retraining.ts";
import { loadTrainingSet } from "../../src/training/dataset.ts";
import { labelledBlock } from "../../src/app/features/labelled_rows.ts";
import type { TrainingRows } from "../../src/training/rows.ts";
import { readIfIntact } from "../../src/registry/artefacts.ts";
import { modelAndConfig } from "../context.ts";
import type { ActivityDeps } from "../deps.ts";
import { validatedOn } from "../observe/validated.ts";
import { groupRises } from "./groups.ts";
import { type Before, scoreWith } from "./score.ts";

/** Rows that both models are compared on; whole shoppers are left out beyond. */
const ROWS_MAX = 5000;

interface OfDeployment {
  model: string;
  version: number;
  cycleId: string;
}

/** The tested model against what served, on the rows of the validation, features shuffled too. @returns why there is none */
export async function validationEvidence(
  deps: ActivityDeps,
  { model: name, version: number, cycleId }: OfDeployment,
): Promise<ImpactEvidence | string> {
  const { sql } = deps;
  const [cycle, version] = await Promise.all([getCycle(sql, cycleId), getVersion(sql, name, number)]);
  const validated = await validatedOn(deps, version, { rowsMax: ROWS_MAX });
  if (!validated) return "the rows of its validation, or the model that was tested, are not kept any more";
  const against = cycle.evidence?.against === "baseline" ? null : cycle.champion;
  const before = await modelBefore(deps, { name, against, version });
  if (typeof before === "string") return before;
  const { blocks } = await getSnapshot(sql, version.manifest.snapshotId);
  const cutoffs = blocks.map(({ cutoff, rows }) => ({ cutoff, population: rows }));
  const job = {
    ...await aboutOf(deps, name, version),
    before,
    after: validated.artefact,
    rows: validated.rows,
  };
  const evidence = await evidenceOf(deps, { ...job, cutoffs });
  return { ...evidence, groups: await groupRises(deps, job) };
}

/**
 * Compares what served with what served before it, on the horizon that began with the deployment. @returns why there is
 * none
 */
export async function outcomesEvidence(
  deps: ActivityDeps,
  { model: name, version: number, previous, cutoffMs }: OfDeployment & {
    previous: number | null;
    cutoffMs: number;
  },
): Promise<ImpactEvidence | string> {
  const version = await getVersion(deps.sql, name, number);
  const after = await artefactOf(deps, version);
  const before = await modelBefore(deps, { name, against: previous, version });
  if (typeof before === "string") return before;
  if (!after) return gone(number);
  const { model, config } = await modelAndConfig(deps, name);
  const block = await labelledBlock(deps, model, { config, cutoffMs });
  if (block.rows === 0) return "no shopper was active when it was deployed";
  const { rows } = await loadTrainingSet(deps.store, [block], { max: ROWS_MAX });
  const cutoffs = [{ cutoff: block.cutoff, population: block.rows }];
  return await evidenceOf(deps, { ...await aboutOf(deps, name, version), before, after, rows, cutoffs });
}

const gone = (version: number) => `the file of version ${version} is not kept any more, or of other features`;

async function artefactOf(
  { store, models }: ActivityDeps,
  version: ModelVersion,
): Promise<Uint8Array | undefined> {
  const isOther = version.manifest.featureHash !== featuresOf(models.get(version.model) ?? {}).hash;
  return isOther || version.artefactRemovedAt
    ? undefined
    : await readIfIntact(store.get(version.artefactSha256));
}

/** The model that was replaced: its file, or the naive guess where there was none. @returns why it cannot be asked */
async function modelBefore(
  deps: ActivityDeps,
  { name, against, version }: { name: string; against: number | null; version: ModelVersion },
): Promise<Before | string> {
  if (against === null) return { guess: guessOf(version.manifest) };
  const artefact = await artefactOf(deps, await getVersion(deps.sql, name, against));
  return artefact ? { artefact } : gone(against);
}

interface About {
  model: ModelDefinition;
  config: ModelConfig;
  cap: number | null;
  seed: number;
}

async function aboutOf(deps: ActivityDeps, name: string, { manifest }: ModelVersion): Promise<About> {
  return { ...await modelAndConfig(deps, name), cap: manifest.targetCap, seed: manifest.seed };
}

async function evidenceOf(
  deps: ActivityDeps,
  { model, config, cap, before, after, rows, cutoffs }: About & {
    before: Before;
    after: Uint8Array;
    rows: TrainingRows;
    cutoffs: readonly ImpactCutoff[];
  },
): Promise<ImpactEvidence> {
  const used = new Set(rows.cutoffMs);
  const present = cutoffs.filter(({ cutoff }) => used.has(Date.parse(cutoff)));
  const place = new Map(present.map(({ cutoff }, i) => [Date.parse(cutoff), i]));
  const [theirs, ours] = await Promise.all([
    scoreWith(deps, before, rows),
    scoreWith(deps, { artefact: after }, rows),
  ]);
  return {
    kind: model.kind,
    loss: model.loss,
    cap,
    horizonDays: config.horizon_days,
    confidence: config.confidence,
    cutoffs: present,
    rows: {
      cutoff: Array.from(rows.cutoffMs, (ms) => place.get(ms)!),
      shopper: Array.from(rows.user),
      outcome: Array.from(rows.target),
      before: Array.from(theirs),
      after: Array.from(ours),
    },
    groups: [],
  };
}
