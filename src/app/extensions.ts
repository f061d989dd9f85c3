import { join } from "node:path";
import { z } from "zod";
import type { Policy } from "../backtest/policies/policy.ts";
import { type CodeFile, loadCode } from "../core/code_folder.ts";
import type { Detector } from "../drift/detectors.ts";
import type { StreamDetectorKind } from "../drift/stream/detector.ts";
import type { ModelDefinition } from "../models/model.ts";
import type { OwnCheck } from "../quality/own.ts";
import type { OwnStrategy } from "../rollout/strategies/strategy.ts";
import { ALERT_CHANNEL, DISTANCE, OWN_KINDS, type OwnChannel, type OwnKind } from "./own_kinds.ts";

/** One file of the operator's, and what it adds. */
export const Extension = z.object({
  file: z.string(),
  kind: z.string().nullable().describe(
    `model, ${OWN_KINDS.map(({ kind }) => kind).join(", ")}; null: it could not be told`,
  ),
  name: z.string().nullable(),
  may: z.string().describe("what it is given and what it may do"),
  fault: z.string().nullable().describe("why it is left out; null: it is in use"),
});
export type Extension = z.infer<typeof Extension>;

/** Defines a channel: the default export of a file in the operator's folder. @throws {RangeError} it cannot be used */
export const defineChannel = (channel: OwnChannel): OwnChannel => defined(channel, ALERT_CHANNEL);
/** Defines a quality check. @throws {RangeError} it cannot be used */
export const defineCheck = (check: OwnCheck): OwnCheck => defined(check, "quality check");
/** Defines a distance between two windows of a feature. @throws {RangeError} it cannot be used */
export const defineDistance = (distance: Detector): Detector => defined(distance, DISTANCE);
/** Defines a detector of changes in a stream of errors. @throws {RangeError} it cannot be used */
export const defineStreamDetector = (detector: StreamDetectorKind): StreamDetectorKind =>
  defined(detector, "stream detector");
/** Defines a rollout strategy, asked for as `own:NAME`. @throws {RangeError} it cannot be used */
export const defineStrategy = (strategy: OwnStrategy): OwnStrategy => defined(strategy, "rollout strategy");
/** Defines a policy of backtests, asked for as `own:NAME`. @throws {RangeError} it cannot be used */
export const definePolicy = (policy: Policy): Policy => defined(policy, "policy");

function defined<T extends { readonly name: string }>(own: T, kind: string): T {
  check(own, OWN_KINDS.find((one) => one.kind === kind)!);
  return own;
}

/** @throws {RangeError} names the field at fault, and what it has to be */
function check(own: unknown, { kind, schema }: OwnKind): void {
  const parsed = schema.safeParse(own);
  if (parsed.success) return;
  const [{ path, message }] = parsed.error.issues;
  throw new RangeError(`Cannot use the ${kind}: ${path.join(".") || "it"}: ${message}`);
}

/** The operator's extensions, and what is to be said of each file. */
export interface OwnExtensions {
  channels: OwnChannel[];
  extensions: Extension[];
  /** paths of the files that decide, whose change is another code version */
  deciding: string[];
  /** paths of the files that define distances, which a thread loads for itself */
  distances: string[];
}

/**
 * Reads the operator's extensions, a file each, and makes them known. One that cannot be used is named and left out.
 * @param taken names that other channels have   @throws {RangeError} the folder cannot be read
 */
export async function loadExtensions(folder: string, taken: Iterable<string> = []): Promise<OwnExtensions> {
  const names = new Set(taken);
  const files = await loadCode(folder, { what: "extensions", accept: (own) => accepted(own, names) });
  const ofKind = (is: (kind: string) => boolean) =>
    files.flatMap(({ file, value }) => value && is(value.kind.kind) ? [join(folder, file)] : []);
  return {
    channels: files.flatMap(({ value }) =>
      value?.kind.kind === ALERT_CHANNEL ? [value.own as unknown as OwnChannel] : []
    ),
    extensions: files.map(({ file, value, fault = null }) => ({
      file,
      kind: value?.kind.kind ?? null,
      name: value?.own.name ?? null,
      may: value ? value.kind.may(value.own as never) : "nothing",
      fault,
    })),
    deciding: ofKind((kind) => kind !== ALERT_CHANNEL),
    distances: ofKind((kind) => kind === DISTANCE),
  };
}

interface Own {
  kind: OwnKind;
  own: { readonly name: string };
}

function accepted(own: unknown, channels: Set<string>): Own {
  const kind = OWN_KINDS.find(({ functions }) => functions.every((name) => has(own, name)));
  if (kind === undefined) {
    const need = OWN_KINDS.map(({ kind, functions }) => `${functions.join(" and ")} (${kind})`).join(", ");
    throw new RangeError(`its default export has none of the functions ${need}`);
  }
  check(own, kind);
  const named = own as Own["own"];
  if (kind.kind === ALERT_CHANNEL) {
    if (channels.has(named.name)) throw new RangeError(`another channel has the name "${named.name}"`);
    channels.add(named.name);
  }
  kind.add(named as never);
  return { kind, own: named };
}

const has = (own: unknown, name: string): boolean =>
  typeof own === "object" && own !== null && typeof (own as Record<string, unknown>)[name] === "function";

/** Returns what is to be said of an operator's model file. */
export function modelExtension({ file, value: model, fault }: CodeFile<ModelDefinition>): Extension {
  const may = "labels shoppers by their days; is trained, served and deployed by the gate like the others";
  return {
    file,
    kind: "model",
    name: model?.name ?? null,
    may: model ? may : "nothing",
    fault: fault ?? null,
  };
}
