import { hash32, seededRandom } from "../../src/core/random.ts";
import { featuresOf } from "../../src/features/set.ts";
import type { ImpactEvidence } from "../../src/impact/impact_evidence.ts";
import { groupColumns } from "../../src/impact/groups.ts";
import { predictShuffled, shuffledCopies } from "../../src/impact/shuffle.ts";
import { numbersOfRow } from "../../src/stats/classes.ts";
import { rowLosses } from "../../src/stats/metrics.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import { limitRows, type TrainingRows } from "../../src/training/rows.ts";
import type { ActivityDeps } from "../deps.ts";
import { type Before, scoreWith } from "./score.ts";

const ROWS_MAX = 1000;
const COPIES = 3;
/** The remainder of adding and taking away where features say nothing. */
const NOISE = 1e-12;

interface Job {
  model: ModelDefinition;
  cap: number | null;
  seed: number;
  before: Before;
  after: Uint8Array;
  rows: TrainingRows;
}

/**
 * Grouped permutation importance of both models, row by row: how much a row's loss rises when a group of features is
 * dealt out anew among the rows, mean over a few seeded deals. Both models see the same deals, so that their difference
 * is paired. A feature that is the same for everyone, as the season within one cut-off, cannot matter here.
 * Source: Au, Herbinger, Stachl, Bischl and Casalicchio, Data Mining and Knowledge Discovery 36 (2022).
 */
export async function groupRises(deps: ActivityDeps, job: Job): Promise<ImpactEvidence["groups"]> {
  const rows = limitRows(job.rows, ROWS_MAX);
  const shopper = Array.from(rows.user);
  const groups: ImpactEvidence["groups"] = [];
  for (
    const [group, columns] of Object.entries(
      groupColumns(featuresOf(job.model).names, job.model.ownFeatures?.length),
    )
  ) {
    const random = seededRandom(hash32(`${job.seed} ${group}`));
    const shuffled = shuffledCopies(rows, columns, { copies: COPIES, random });
    const rises = (model: Before) => risesOf(deps, job, { rows, shuffled, model });
    const [before, after] = await Promise.all([rises(job.before), rises({ artefact: job.after })]);
    groups.push({ group, shopper, before, after });
  }
  return groups;
}

async function risesOf(
  deps: ActivityDeps,
  { model: { loss }, cap }: Job,
  { rows, shuffled, model }: { rows: TrainingRows; shuffled: Float32Array; model: Before },
): Promise<number[]> {
  const n = rows.target.length;
  const { width, target } = rows;
  const score = (features: Float32Array) => scoreWith(deps, model, { features, width });
  const predictions = await score(rows.features);
  const k = numbersOfRow(predictions, n);
  const lossesOf = (predictions: ArrayLike<number>) => {
    const outcomes = Float64Array.from({ length: predictions.length / k }, (_, i) => target[i % n]);
    return rowLosses(loss, outcomes, predictions, { cap: cap ?? Infinity });
  };
  const plain = lossesOf(predictions);
  const dealt = lossesOf(await predictShuffled(rows, { shuffled, plain: predictions, score }));
  return Array.from(plain, (own, i) => {
    let sum = 0;
    for (let copy = 0; copy < COPIES; copy++) sum += dealt[copy * n + i];
    const rise = sum / COPIES - own;
    return Math.abs(rise) < NOISE ? 0 : Number(rise.toPrecision(6)); // more digits say nothing, and take room
  });
}
