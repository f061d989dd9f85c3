import type { Database } from "../db/connect.ts";
import type { FeatureSet } from "../features/set.ts";
import type { OwnSegment } from "../models/own_segments.ts";
import type { Moment } from "../app/as_of.ts";
import type { Journal } from "./journal.ts";
import type { ServingResolver } from "./serving_set.ts";
import type { MetricsRecorder } from "./metrics_recorder.ts";

/** All that answering needs. */
export interface PredictorDeps {
  /** what shoppers did is read through it */
  readonly shoppers: Database;
  readonly servingSets: ServingResolver;
  readonly moment: () => Moment | Promise<Moment>;
  readonly journal: Journal;
  /** the features of a model by its name */
  readonly featuresOf: (model: string) => FeatureSet;
  /** a model's own segments; undefined: it has none */
  readonly segmentsOf: (model: string) => readonly OwnSegment[] | undefined;
  /** left out: nothing is measured */
  readonly metrics?: MetricsRecorder;
}

/** A request, and when it came by a clock that only goes forward. */
export interface TimedRequest<Request> {
  readonly request: Request;
  readonly startedMs: number;
}
