import { z } from "zod";
import { ChannelName } from "../alerts/alert.ts";
import { addPolicy } from "../backtest/policies/mod.ts";
import type { Policy } from "../backtest/policies/policy.ts";
import { addDetector, type Detector } from "../drift/detectors.ts";
import type { StreamDetectorKind } from "../drift/stream/detector.ts";
import { addStreamDetector } from "../drift/stream/mod.ts";
import { addCheck, type OwnCheck } from "../quality/own.ts";
import { addStrategy } from "../rollout/strategies/mod.ts";
import type { OwnStrategy } from "../rollout/strategies/strategy.ts";
import type { Channel } from "./alerts/channels/channel.ts";

/** A way to tell people of alerts, as an operator's file defines it. */
export interface OwnChannel extends Channel {
  /** where it sends what, in a few words: people read it in the list of extensions */
  readonly sends: string;
}

/** What a file in the folder of extensions may define. A file is of the first kind whose functions it has. */
export interface OwnKind {
  readonly kind: string;
  /** the functions by which it is told */
  readonly functions: readonly string[];
  readonly schema: z.ZodType;
  /** what it is given and what it may do */
  may(own: never): string;
  /** makes it known to what asks it. @throws {RangeError} another has its name */
  add(own: never): void;
}

const call = z.custom<() => unknown>((value) => typeof value === "function", {
  error: "has to be a function",
});
const text = z.string({ error: "has to say it in words" }).trim()
  .min(1, { error: "has to say it in words" }).max(200, { error: "is longer than 200 characters" });
const named = { name: ChannelName, means: text };
const yes = z.boolean({ error: "has to be true or false" });

export const ALERT_CHANNEL = "alert channel";
export const DISTANCE = "drift distance";

export const OWN_KINDS: readonly OwnKind[] = [
  {
    kind: ALERT_CHANNEL,
    functions: ["send"],
    schema: z.looseObject({ name: ChannelName, sends: text, send: call }),
    may: ({ sends }: OwnChannel) => `is told each alert, which names no shopper; ${sends}`,
    add: () => undefined, // alerts have a list of their channels
  },
  {
    kind: "quality check",
    functions: ["look"],
    schema: z.looseObject({ ...named, look: call }),
    may: ({ means }: OwnCheck) =>
      `is given counts by day, which name no shopper; what it finds broken stops training; ${means}`,
    add: addCheck,
  },
  {
    kind: DISTANCE,
    functions: ["compare"],
    schema: z.looseObject({
      name: ChannelName,
      of: z.enum(["numeric", "categorical", "both"]),
      symmetric: yes,
      compare: call,
    }),
    may: ({ of }: Detector) =>
      `is given ${of === "both" ? "all" : of} features, in a thread that can only compute; decides nothing`,
    add: addDetector,
  },
  {
    kind: "stream detector",
    functions: ["create", "restore"],
    schema: z.looseObject({
      name: ChannelName,
      source: text,
      budgeted: yes,
      kinds: z.array(z.enum(["binary", "real"])).min(1),
      create: call,
      restore: call,
    }),
    may: ({ budgeted }: StreamDetectorKind) =>
      `is given the errors of each version; its alarms ${budgeted ? "speak for training" : "are shown"}`,
    add: addStreamDetector,
  },
  {
    kind: "rollout strategy",
    functions: ["begin", "decide"],
    schema: z.looseObject({ ...named, begin: call, decide: call }),
    may: ({ means }: OwnStrategy) =>
      `says who is shown a new version, once harm and broken guardrails are ruled out; ${means}`,
    add: addStrategy,
  },
  {
    kind: "policy",
    functions: ["decide"],
    schema: z.looseObject({
      ...named,
      looks: yes,
      validates: z.enum(["always", "on request", "never"]),
      decide: call,
    }),
    may: ({ means }: Policy) => `decides in backtests when to retrain; ${means}`,
    add: addPolicy,
  },
];
