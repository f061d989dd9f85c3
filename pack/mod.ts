/**
 * Perennial as a package, for programs under Node and Deno: a typed client of a service, the definition of models, and a
 * service that is started as a process of its own.
 *
 * ```ts ignore
 * import { getRetrainer, startRetrainingService } from "perennial";
 *
 * const service = await startRetrainingService({ home: "./perennial", port: 8000 });
 * const churn = await getRetrainer("churn", service);
 * const cycle = await churn.forceRetrain({ why: "new season", wait: true });
 * console.log(cycle.outcome, await churn.predict(["14911", "17841"]));
 * await service.stop();
 * ```
 * @module
 */
import { type ClientOptions, createClient } from "../src/client/client.ts";
import { createRetrainer, type Retrainer } from "../src/client/retrainer.ts";
import { NotFoundError } from "../src/core/errors.ts";

export {
  ApiError,
  type Client,
  type ClientOptions,
  createClient,
  UnreachableError,
} from "../src/client/client.ts";
export type { ForceRequest, Retrainer } from "../src/client/retrainer.ts";
export { type ForceProgress, StillRunningError } from "../src/client/force_and_wait.ts";
export {
  defineChannel,
  defineCheck,
  defineDistance,
  definePolicy,
  defineStrategy,
  defineStreamDetector,
  type OwnChannel,
} from "../src/app/define.ts";
export type { OwnCheck, OwnTested } from "../src/quality/own.ts";
export type { View } from "../src/quality/view.ts";
export type { Detector } from "../src/drift/detectors.ts";
export type { StreamDetector, StreamDetectorKind } from "../src/drift/stream/detector.ts";
export type { OwnStrategy } from "../src/rollout/strategies/strategy.ts";
export type { Known, Policy } from "../src/backtest/policies/policy.ts";
export { defineModel, type ModelDefinition } from "../src/models/model.ts";
export type { OwnSegment } from "../src/models/own_segments.ts";
export { type Brought, broughtModel } from "../src/models/brought.ts";
export { packLayers } from "../src/onnx/layers.ts";
export type { MetricRow, OwnMetric } from "../src/stats/own_metrics.ts";
export type { Recipe } from "../src/models/recipe.ts";
export type { OwnFeature, Seen } from "../src/features/own.ts";
export type { OwnEvent, UserDay } from "../src/features/user_day.ts";
export { type RetrainingService, type StartOptions, startRetrainingService } from "./service.ts";

/**
 * The retrainer of one model.
 * @param connection a service, or where one answers and the key to it
 * @throws {NotFoundError} the service has no such model   @throws {UnreachableError} it does not answer
 */
export async function getRetrainer(
  model: string,
  connection: Pick<ClientOptions, "url"> & Partial<ClientOptions>,
): Promise<Retrainer> {
  const { url, apiKey, timeoutMs, fetch } = connection;
  const client = createClient({ url, apiKey, timeoutMs, fetch });
  const { models } = await client.models();
  if (!models.some((known) => known.model === model)) throw new NotFoundError("model", model);
  return createRetrainer(client, model);
}
