import { type Split, splitRows } from "./split.ts";
import type { Inputs } from "../models/recipe.ts";
import { type Checkpoint, encodeCheckpoint } from "./checkpoint.ts";
import { fitPreprocessing, preprocess, type Preprocessing } from "./preprocess.ts";
import type { TrainingProgress, TrainingTask } from "./protocol.ts";
import { takeRows, type TrainingRows } from "./rows.ts";
import type { OwnMetricName } from "../stats/own_metrics.ts";
import { quantile } from "../stats/quantile.ts";
import { tailThreshold } from "./targets.ts";
import type { Predictor } from "./artifact.ts";

/** Rows with what is derived from them, each computed once. */
export interface Slice {
  readonly name: string;
  readonly rows: TrainingRows;
  /** the columns to learn from; none given: all */
  readonly columns?: readonly number[];
  readonly threshold: number;
  readonly cap: number;
  /** what the columns of each kind are, before they are clipped */
  readonly learned: Map<Inputs, Preprocessing>;
  /** standardised columns by kind and clip */
  readonly inputs: Map<string, { preprocessing: Preprocessing; x: Float32Array }>;
  /** exact linear solutions by what they depend on */
  readonly linear: Map<string, Float64Array>;
  /** rows within this slice that choose penalties and epochs: older ones fit, the newest validate */
  readonly inner: () => { split: Split; fit: Slice; validation: TrainingRows };
}

export function makeSlice(
  name: string,
  rows: TrainingRows,
  task: Pick<TrainingTask, "horizonDays" | "columns">,
): Slice {
  let inner: ReturnType<Slice["inner"]> | undefined;
  return {
    name,
    rows,
    columns: task.columns,
    threshold: tailThreshold(rows.target),
    cap: quantile(rows.target, 0.99),
    learned: new Map(),
    inputs: new Map(),
    linear: new Map(),
    inner: () => {
      if (inner) return inner;
      const split = splitRows(rows, task.horizonDays);
      const fit = makeSlice(`${name}/inner`, takeRows(rows, split.fit), task);
      return inner = { split, fit, validation: takeRows(rows, split.validation) };
    },
  };
}

/** The slice's columns of one kind, standardised and clipped. */
export function sliceInputs(slice: Slice, inputs: Inputs, limit?: number) {
  const key = `${inputs}/${limit}`;
  const known = slice.inputs.get(key);
  if (known) return known;
  const preprocessing = { ...learnedColumns(slice, inputs), limit };
  const made = { preprocessing, x: preprocess(preprocessing, slice.rows.features, slice.rows.width) };
  slice.inputs.set(key, made);
  return made;
}

function learnedColumns({ learned, rows, columns }: Slice, inputs: Inputs): Preprocessing {
  const known = learned.get(inputs) ?? fitPreprocessing(rows, inputs, undefined, columns);
  learned.set(inputs, known);
  return known;
}

/** The progress of a request; `tick` gives the event loop a turn, and throws once the request is aborted. */
export interface Reporter {
  progress(progress: TrainingProgress): void;
  checkpoint(bytes: Uint8Array): void;
  tick(): Promise<void>;
  /** mean of a metric of the shop's own over rows */
  judge(loss: OwnMetricName, outcome: Float64Array, prediction: Float32Array): Promise<number>;
}

/** One request under way. */
export interface Workbench {
  readonly task: TrainingTask;
  readonly seed: number;
  readonly champion?: Predictor;
  readonly checkpoint: Checkpoint;
  readonly reporter: Reporter;
  readonly meter: Meter;
}

/** Turns steps done into a fraction that never falls. */
interface Meter {
  /** begins the next stage, worth `weight` of the total */
  stage(candidate: string, weight: number): void;
  /** within the stage */
  report(step: Omit<TrainingProgress, "candidate" | "fraction">): void;
}

export function createMeter(total: number, send: (progress: TrainingProgress) => void): Meter {
  let done = 0;
  let weight = 0;
  let candidate = "";
  let highest = 0;
  const fractionAt = (share: number) =>
    highest = Math.max(highest, Math.min(1, (done + weight * share) / total));
  return {
    stage(name, next) {
      done += weight;
      [candidate, weight] = [name, next];
      send({ candidate, epoch: 0, epochs: 0, loss: null, validationLoss: null, fraction: fractionAt(0) });
    },
    report: (step) =>
      send({ ...step, candidate, fraction: fractionAt(step.epochs > 0 ? step.epoch / step.epochs : 0) }),
  };
}

export function sendCheckpoint(bench: Workbench): void {
  bench.reporter.checkpoint(encodeCheckpoint(bench.checkpoint));
}
