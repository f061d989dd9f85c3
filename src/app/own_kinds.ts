import type { z } from "zod";
import { addPolicy } from "../backtest/policies/mod.ts";
import { OwnPolicyDecision, sentKnown } from "../backtest/policies/own.ts";
import type { Policy } from "../backtest/policies/policy.ts";
import type { Asked } from "../core/asked.ts";
import type { Rights } from "../core/worker_thread.ts";
import type { Detector } from "../drift/detectors.ts";
import { addDistance, OwnDistances } from "../drift/own_distance.ts";
import type { StreamDetectorKind } from "../drift/stream/detector.ts";
import { OwnFed } from "../drift/stream/feed.ts";
import { addStreamReader } from "../drift/stream/mod.ts";
import { addCheck, OwnAnswers, type OwnCheck } from "../quality/own.ts";
import { addStrategy } from "../rollout/strategies/mod.ts";
import { OwnDecision, OwnShares } from "../rollout/strategies/own.ts";
import type { OwnStrategy } from "../rollout/strategies/strategy.ts";
import type { OwnCode } from "../threads/own_code.ts";
import { type Channel, FinalDeliveryError } from "./alerts/channels/channel.ts";
import type { OwnChannel, OwnKindName } from "./define.ts";

/** What a file in the folder of extensions may define. A file is of the first kind whose functions it has. */
export interface OwnKind {
  readonly kind: OwnKindName;
  /** the functions by which it is told */
  readonly functions: readonly string[];
  /** of its thread */
  readonly rights: Rights;
  /** what it is given and what it may do */
  may(own: never): string;
  /** makes it known to what asks it, by its file in its thread. @throws {RangeError} another has its name */
  add(own: never, code: OwnCode): void;
}

/** A receiver answers in its own time; who delivers gives up after as long. */
const SENT_WITHIN_MS = 30_000;

/** Returns a channel that is asked in its thread. */
export const askedChannel = (
  { name }: OwnChannel,
  code: OwnCode,
  withinMs: number = SENT_WITHIN_MS,
): Channel => ({
  name,
  send: (delivery) =>
    code.ask({ call: "send", args: [delivery], read: () => undefined, withinMs })
      .catch((error) => {
        throw error.name === "FinalDeliveryError" ? new FinalDeliveryError(error.message) : error;
      }),
});

/** Returns the function of a thing that is asked in its thread, whose answer has to be as the schema says. */
const asked = <T>(code: OwnCode, call: string, answer: z.ZodType<T>, by?: string) => (...args: unknown[]) =>
  code.ask({
    call,
    args,
    by,
    read(value) {
      const { success, data, error } = answer.safeParse(value);
      if (success) return data;
      const [{ path, message }] = error.issues;
      throw new RangeError(`${path.join(".") || "its answer"}: ${message}`);
    },
  });

export const OWN_KINDS: readonly OwnKind[] = [
  {
    kind: "alert channel",
    functions: ["send"],
    rights: "speak",
    may: ({ sends }: OwnChannel) => `is told each alert, which names no shopper; ${sends}`,
    add: () => undefined, // alerts have a list of their channels
  },
  {
    kind: "quality check",
    functions: ["look"],
    rights: "compute",
    may: ({ means }: OwnCheck) =>
      `is given counts by day, which name no shopper; what it finds broken stops training; ${means}`,
    add: ({ name, means }: OwnCheck, code) =>
      addCheck({ name, means, look: asked(code, "look", OwnAnswers) }),
  },
  {
    kind: "drift distance",
    functions: ["compare"],
    rights: "compute",
    may: ({ of }: Detector) =>
      `is given ${of === "both" ? "all" : of} features, in a thread that can only compute; decides nothing`,
    add({ name }: Detector, code) {
      const by = import.meta.resolve("../drift/own_distance.ts");
      addDistance({ name, distances: asked(code, "distances", OwnDistances, by) });
    },
  },
  {
    kind: "stream detector",
    functions: ["create", "restore"],
    rights: "compute",
    may: ({ budgeted }: StreamDetectorKind) =>
      `is given the errors of each version; its alarms ${budgeted ? "speak for training" : "are shown"}`,
    add({ name, budgeted, kinds }: StreamDetectorKind, code) {
      const by = import.meta.resolve("../drift/stream/feed.ts");
      addStreamReader({ name, budgeted, kinds, read: asked(code, "feed", OwnFed, by) });
    },
  },
  {
    kind: "rollout strategy",
    functions: ["begin", "decide"],
    rights: "compute",
    may: ({ means }: OwnStrategy) =>
      `says who is shown a new version, once harm and broken guardrails are ruled out; ${means}`,
    add({ name, means }: OwnStrategy, code) {
      const [begin, decide] = [asked(code, "begin", OwnShares), asked(code, "decide", OwnDecision)];
      addStrategy({ name, means, begin, decide });
    },
  },
  {
    kind: "policy",
    functions: ["decide"],
    rights: "compute",
    may: ({ means }: Policy) => `decides in backtests when to retrain; ${means}`,
    add(policy: Policy, code) {
      const decide = asked(
        code,
        "decide",
        OwnPolicyDecision,
        import.meta.resolve("../backtest/policies/own.ts"),
      );
      const sent: Asked<Policy>["decide"] = (known, options) => decide(sentKnown(known), options);
      addPolicy({ ...policy, decide: sent });
    },
  },
];
