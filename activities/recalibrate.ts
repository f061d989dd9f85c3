import { needTrusted, registerVersion, replaceCandidate } from "../src/app/registry/signatures.ts";
import { DAY_MS } from "../src/core/time.ts";
import { beginStage, saveChallenger, saveProgress } from "../src/db/cycles/cycles.ts";
import { getSnapshot } from "../src/db/cycles/snapshots.ts";
import { checkOfCycle } from "../src/db/cycles/checks.ts";
import { versionOfCycle } from "../src/db/models/versions.ts";
import type { ModelConfig } from "../src/config/retraining.ts";
import { featuresOf } from "../src/features/set.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import { learnedThrough, type Manifest, type ModelVersion } from "../src/registry/version.ts";
import { Findings } from "../src/retraining/findings.ts";
import { decideWorth } from "../src/retraining/worth/decide.ts";
import { loadTrainingSet } from "../src/training/dataset.ts";
import { fitLine, type Line, lineText } from "../src/training/line.ts";
import { hasLine, lineCap, noLine, withLine, withoutLine } from "../src/training/recalibrate.ts";
import type { Snapshot, SnapshotBlock } from "../src/training/snapshot.ts";
import type { Split } from "../src/validation/split.ts";
import { championOf, recalibrationSplit, testersOf } from "./champion.ts";
import { modelAndConfig } from "./context.ts";
import type { ActivityDeps } from "./deps.ts";

interface RecalibrateInput {
  cycleId: string;
  model: string;
  snapshotId: string;
}

/** A recalibrated challenger, or why there is none. */
export interface RecalibrateResult {
  version: number | null;
  candidate: string | null;
  text: string;
}

const SUFFIX = ", recalibrated";

export const createRecalibrateActivities = (deps: ActivityDeps) => ({
  /**
   * Recalibrates what serves: fits intercept and slope on half of the shoppers whose outcomes are newest; or takes its line
   * off, where the cycle's check says so. One version a cycle: a retry returns it.
   */
  async recalibrateChallenger(
    { cycleId, model: name, snapshotId }: RecalibrateInput,
  ): Promise<RecalibrateResult> {
    const { sql } = deps;
    const { model, config } = await modelAndConfig(deps, name);
    await beginStage(sql, cycleId, "train");
    const known = await versionOfCycle(sql, cycleId);
    if (known) return made(known);
    const [snapshot, champion] = await Promise.all([getSnapshot(sql, snapshotId), championOf(deps, name)]);
    const split = recalibrationSplit(snapshot.blocks, champion, config);
    if (!champion || !split) {
      return { version: null, candidate: null, text: "too few rows to recalibrate on" };
    }
    await needTrusted(sql, deps.signing, champion);
    const tests = await testersOf(deps, split);
    const fit = await fitOn(deps, {
      model,
      version: champion,
      blocks: split.train,
      keep: (shopper) => !tests!(shopper),
      line: await removesLine(deps, cycleId) ? noLine(model.kind) : null,
    });
    await saveProgress(sql, cycleId, { fraction: 1, text: fit.text });
    if (!fit.line) return { version: null, candidate: null, text: fit.text };
    const job = { cycleId, config, snapshot, champion, split, codeVersion: deps.codeVersion };
    const manifest = manifestOf(job, { ...fit, line: fit.line });
    await registerVersion(sql, deps.signing, { manifest, artefactSha256: fit.artefactSha256 });
    const version = (await versionOfCycle(sql, cycleId))!;
    await saveChallenger(sql, cycleId, version.version);
    return made(version);
  },
});

const made = ({ version, manifest: { candidate, recalibrated } }: ModelVersion): RecalibrateResult => ({
  version,
  candidate,
  text: `recalibrated on ${recalibrated?.rows} rows`,
});

/** Whether the check that began the cycle found no line to be worth more than the one that serves. */
async function removesLine({ sql }: Pick<ActivityDeps, "sql">, cycleId: string): Promise<boolean> {
  const found = Findings.safeParse((await checkOfCycle(sql, cycleId))?.findings);
  const worth = found.success ? found.data.worth : null;
  return worth ? decideWorth(worth).recalibration?.removes ?? false : false;
}

/** Fits the line of a recalibrated version again, on all shoppers: what will serve. A retry makes the same bytes. */
export async function refitLine(
  deps: ActivityDeps,
  { model, config, challenger }: { model: ModelDefinition; config: ModelConfig; challenger: ModelVersion },
): Promise<ModelVersion> {
  const { sql } = deps;
  const { manifest, version } = challenger;
  const { blocks } = await getSnapshot(sql, manifest.snapshotId);
  const split = recalibrationSplit(blocks, await championOf(deps, model.name), config);
  if (!split || !manifest.recalibrated || !hasLine(manifest)) return challenger;
  const fit = await fitOn(deps, { model, version: challenger, blocks: split.train });
  if (!fit.line) return challenger;
  const { intercept, slope } = fit.line;
  const recalibrated = { ...manifest.recalibrated, rows: fit.rows, intercept, slope };
  const again: Manifest = { ...manifest, recalibrated, served: { ...manifest.served, refitted: true } };
  const { artefactSha256 } = fit;
  await replaceCandidate(sql, deps.signing, { model: model.name, version, manifest: again, artefactSha256 });
  return { ...challenger, manifest: again, artefactSha256 };
}

interface Fit {
  /** null: there is not enough to fit one */
  line: Line | null;
  rows: number;
  text: string;
  /** of the version with this line; empty without one */
  artefactSha256: string;
}

async function fitOn(
  { store, trainer }: ActivityDeps,
  { model, version, blocks, keep, line = null }: {
    model: ModelDefinition;
    version: ModelVersion;
    blocks: readonly SnapshotBlock[];
    keep?: (shopper: number) => boolean;
    /** this one, in place of one that is fitted */
    line?: Line | null;
  },
): Promise<Fit> {
  const { rows } = await loadTrainingSet(store, blocks, { keep });
  if (version.manifest.featureHash !== featuresOf(model).hash) {
    const text = `version ${version.version} was trained on another definition of the features`;
    return { line: null, rows: 0, text, artefactSha256: "" };
  }
  const { artefact } = withoutLine(await store.get(version.artefactSha256));
  const predictions = await trainer.score(artefact, rows.features, rows.target.length);
  const cap = lineCap(model.kind, version.manifest.targetCap);
  const fit = line
    ? { kind: "fitted" as const, line, rows: rows.target.length }
    : fitLine(model.kind, predictions, rows.target, { cap });
  if (fit.kind === "not enough") return { line: null, rows: 0, text: fit.text, artefactSha256: "" };
  const newestCutoffMs = Date.parse(blocks[blocks.length - 1].cutoff);
  return {
    line: fit.line,
    rows: fit.rows,
    text: `${lineText(fit.line)} on ${fit.rows} rows`,
    artefactSha256: await store.put(withLine(artefact, fit.line, { newestCutoffMs })),
  };
}

/** The manifest of a recalibrated version: what was trained stays, what the line was fitted on is seen as well. */
function manifestOf(
  { cycleId, config, snapshot, champion, split, codeVersion }: {
    cycleId: string;
    config: ModelConfig;
    snapshot: Snapshot;
    champion: ModelVersion;
    split: Split;
    codeVersion: string;
  },
  { line, rows, artefactSha256 }: Fit & { line: Line },
): Manifest {
  const { manifest, version } = champion;
  const cutoffs = split.train.map((block) => block.cutoff);
  const newestMs = Date.parse(cutoffs[cutoffs.length - 1]);
  const labelledThrough = new Date(newestMs + config.horizon_days * DAY_MS).toISOString();
  const seen = [...new Set([...manifest.served.cutoffs, ...cutoffs])].sort();
  return {
    ...manifest,
    cycleId,
    parent: version,
    asOf: snapshot.asOf,
    snapshotId: snapshot.id,
    snapshotHash: snapshot.id,
    codeVersion,
    candidate: manifest.candidate.replace(SUFFIX, "") + SUFFIX,
    competition: [],
    curve: [],
    tested: { sha256: artefactSha256, rows: manifest.served.rows, cutoffs: seen, labelledThrough },
    served: { rows: manifest.served.rows, cutoffs: seen, labelledThrough, refitted: false },
    recalibrated: {
      of: manifest.recalibrated?.of ?? version,
      learnedThrough: learnedThrough(manifest),
      rows,
      intercept: line.intercept,
      slope: line.slope,
    },
    metrics: {},
  };
}
