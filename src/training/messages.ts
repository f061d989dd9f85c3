import type { OwnMetricName } from "../stats/own_metrics.ts";
import type { CompeteRequest, RefitRequest, ShardStep, TrainingProgress } from "./protocol.ts";

/** Messages from the main thread to a training worker. */
export type ToWorker =
  | { readonly id: number; readonly op: "start" }
  | { readonly id: number; readonly op: "compete"; readonly request: CompeteRequest }
  | { readonly id: number; readonly op: "refit"; readonly request: RefitRequest }
  | {
    readonly id: number;
    readonly op: "score";
    readonly artifact: Uint8Array;
    readonly features: Float32Array;
    readonly n: number;
  }
  | { readonly id: number; readonly op: "shard"; readonly step: ShardStep }
  | { readonly id: number; readonly op: "abort" }
  /** the answer to "judge" */
  | { readonly id: number; readonly op: "judged"; readonly loss: number };

/** Messages from a training worker. */
export type FromWorker =
  | { readonly id: number; readonly kind: "progress"; readonly progress: TrainingProgress }
  | { readonly id: number; readonly kind: "checkpoint"; readonly bytes: Uint8Array }
  /** asks what a candidate's predictions lose by a metric of the shop's own, which only the main thread knows */
  | {
    readonly id: number;
    readonly kind: "judge";
    readonly loss: OwnMetricName;
    readonly outcome: Float64Array;
    readonly prediction: Float32Array;
  }
  | { readonly id: number; readonly kind: "done"; readonly value: unknown }
  | { readonly id: number; readonly kind: "failed"; readonly name: string; readonly message: string };
