import { ApplicationFailure, Context } from "@temporalio/activity";
import { configOf, type ModelConfig } from "../src/config/retraining.ts";
import { currentConfig } from "../src/db/config/config_versions.ts";
import { NotFoundError } from "../src/core/errors.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import type { ActivityDeps } from "./deps.ts";

/** Errors that trying again cannot mend. */
const FINAL = new Set([
  "NotFoundError",
  "InvalidInputError",
  "OwnCodeError",
  "InsufficientDataError",
  "NothingToLearnError",
  "ConflictError",
  "ZodError",
]);

/** Postgres refuses a value (22), a row (23) or a statement (42) for what it is: it does so at every try. */
const isRefusedValue = (error: Error): boolean =>
  error.name === "PostgresError" && /^(22|23|42)/.test(String((error as { code?: unknown }).code));

/** Turns what a retry cannot mend into a failure that is not retried; everything else stays as it is. */
export function final(error: unknown): unknown {
  if (error instanceof Error && (FINAL.has(error.name) || isRefusedValue(error))) {
    return ApplicationFailure.nonRetryable(error.message, error.name);
  }
  return error;
}

/** A model in use. @throws {NotFoundError} no file defines it, or it was retired meanwhile: no retry brings it back */
export function modelNamed({ models }: Pick<ActivityDeps, "models">, name: string): ModelDefinition {
  const model = models.get(name);
  if (!model) throw new NotFoundError("model", name, [...models.keys()]);
  return model;
}

/** A model and the configuration in force for it. @throws {NotFoundError} no file defines it, or it was retired */
export async function modelAndConfig(
  { sql, models }: Pick<ActivityDeps, "sql" | "models">,
  name: string,
): Promise<{ model: ModelDefinition; config: ModelConfig }> {
  return { model: modelNamed({ models }, name), config: configOf((await currentConfig(sql)).config, name) };
}

/** Wraps each activity: its errors say whether a retry can mend them, and while it runs it says that it is alive. */
export function forTemporal<T extends Record<string, (input: never) => Promise<unknown>>>(
  activities: T,
  { beatMs = 3000 }: { beatMs?: number } = {},
): T {
  const wrapped = Object.entries(activities).map(([name, run]) => [name, async (input: never) => {
    const quiet = stayAlive(Context.current(), beatMs);
    try {
      return await run(input);
    } catch (error) {
      throw final(error);
    } finally {
      quiet();
    }
  }]);
  return Object.fromEntries(wrapped) as T;
}

const lastBeats = new WeakMap<Context, unknown>();

/** Heartbeats with what a retry needs to go on; it is repeated while the activity has nothing newer to say. */
export function beat(context: Context, details: unknown): void {
  lastBeats.set(context, details);
  context.heartbeat(details);
}

/** Repeats the last heartbeat every few seconds, so that only a dead worker is taken for one. @returns ends it */
function stayAlive(context: Context, beatMs: number): () => void {
  if (!context.info.heartbeatTimeoutMs) return () => undefined;
  lastBeats.set(context, context.info.heartbeatDetails);
  const timer = setInterval(() => context.heartbeat(lastBeats.get(context)), beatMs);
  return () => clearInterval(timer);
}
