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
export * from "../src/app/definitions.ts";
export { packLayers } from "../src/onnx/layers.ts";
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
