import { z } from "zod";
import { ChannelName } from "../alerts/alert.ts";
import { issueText } from "../config/issue_words.ts";
import { isLine } from "../core/line.ts";
import { notText } from "../core/shown_value.ts";
import type { Policy } from "../backtest/policies/policy.ts";
import type { Detector } from "../drift/detectors.ts";
import type { StreamDetectorKind } from "../drift/stream/detector.ts";
import type { OwnCheck } from "../quality/own.ts";
import type { OwnStrategy } from "../rollout/strategies/strategy.ts";
import type { Channel } from "./alerts/channels/channel.ts";

/** A way to tell people of alerts, as an operator's file defines it. */
export interface OwnChannel extends Channel {
  /** where it sends what, in a few words: people read it in the list of extensions */
  readonly sends: string;
}

const call = z.custom<() => unknown>((value) => typeof value === "function", {
  error: "has to be a function",
});
const text = z.string({ error: "has to say it in words" })
  .max(200, { error: "is longer than 200 characters" }).refine(isLine, {
    error: "has to say it in words, on one line",
  });
const named = { name: ChannelName, means: text };
const yes = z.boolean({ error: "has to be true or false" });

/** What an extension of each kind has to say of itself. The thread that runs a file loads this, and little else. */
export const OWN_SCHEMAS = {
  "alert channel": z.looseObject({ name: ChannelName, sends: text, send: call }),
  "quality check": z.looseObject({ ...named, look: call }),
  "drift distance": z.looseObject({
    name: ChannelName,
    of: z.enum(["numeric", "categorical", "both"]),
    symmetric: yes,
    compare: call,
  }),
  "stream detector": z.looseObject({
    name: ChannelName,
    source: text,
    budgeted: yes,
    kinds: z.array(z.enum(["binary", "real"])).min(1),
    create: call,
    restore: call,
  }),
  "rollout strategy": z.looseObject({ ...named, begin: call, decide: call }),
  "policy": z.looseObject({
    ...named,
    looks: yes,
    validates: z.enum(["always", "on request", "never"]),
    decide: call,
  }),
};
export type OwnKindName = keyof typeof OWN_SCHEMAS;

/** Defines a channel: the default export of a file in the operator's folder. @throws {RangeError} it cannot be used */
export const defineChannel = (channel: OwnChannel): OwnChannel => defined(channel, "alert channel");
/** Defines a quality check. @throws {RangeError} it cannot be used */
export const defineCheck = (check: OwnCheck): OwnCheck => defined(check, "quality check");
/** Defines a distance between two windows of a feature. @throws {RangeError} it cannot be used */
export const defineDistance = (distance: Detector): Detector => defined(distance, "drift distance");
/** Defines a detector of changes in a stream of errors. @throws {RangeError} it cannot be used */
export const defineStreamDetector = (detector: StreamDetectorKind): StreamDetectorKind =>
  defined(detector, "stream detector");
/** Defines a rollout strategy, asked for as `own:NAME`. @throws {RangeError} it cannot be used */
export const defineStrategy = (strategy: OwnStrategy): OwnStrategy => defined(strategy, "rollout strategy");
/** Defines a policy of backtests, asked for as `own:NAME`. @throws {RangeError} it cannot be used */
export const definePolicy = (policy: Policy): Policy => defined(policy, "policy");

function defined<T>(own: T, kind: OwnKindName): T {
  checkOwn(own, kind);
  return own;
}

/** @throws {RangeError} names the field at fault, and what it has to be */
export function checkOwn(own: unknown, kind: OwnKindName): void {
  const parsed = OWN_SCHEMAS[kind].safeParse(own);
  if (parsed.success) return;
  const [issue] = parsed.error.issues;
  const value = issue.path.length === 1 ? (own as Record<PropertyKey, unknown>)[issue.path[0]] : undefined;
  throw new RangeError(
    `Cannot use the ${kind}: ${issue.path.join(".") || "it"}: ${issueText(issue)}${notText(value)}`,
  );
}
