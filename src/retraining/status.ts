import { z } from "zod";
import { Measured } from "../performance/report.ts";
import { QualityReport } from "../quality/report.ts";
import { Interval } from "../validation/verdict.ts";
import { Answer, Reason } from "./check.ts";
import { Strategy } from "../rollout/plan.ts";
import { RolloutPause } from "../rollout/rollout.ts";
import { Outcome, Stage } from "./cycle.ts";

/** The health of a model, in one word and one sentence. */
export const Health = z.object({
  state: z.enum([
    "healthy",
    "slipped",
    "drifting",
    "needs attention",
    "failed",
    "rolled back",
    "promoted by hand",
    "no model yet",
  ]),
  text: z.string(),
});
export type Health = z.infer<typeof Health>;

/** The state of one model at a glance. */
export const ModelStatus = z.object({
  model: z.string(),
  kind: z.enum(["classification", "classes", "regression"]),
  question: z.string(),
  unit: z.string().describe(
    "of what it predicts: of the version that serves, else as it would be trained now",
  ),
  primaryMetric: z.string(),
  active: z.boolean(),
  health: Health,
  samples: z.object({
    collected: z.int(),
    needed: z.int(),
    since: z.iso.datetime().nullable().default(null).describe(
      "what the last training was as of; null: none was",
    ),
  }).describe("data points since the last training snapshot"),
  serving: z.object({
    version: z.int(),
    since: z.iso.datetime(),
    asOf: z.iso.datetime().describe("what it was trained as of"),
    candidate: z.string(),
    unit: z.string().optional().describe("of what it predicts; left out: by a release that did not say"),
    metrics: z.record(z.string(), z.number().nullable()).describe(
      "on the rows it was validated on; null: they do not define it",
    ),
    validationRows: z.int(),
    difference: Interval.nullable().describe("loss against the version it replaced, on those rows"),
  }).nullable(),
  measured: z.object({
    version: z.int().describe("of several: the newest"),
    versions: z.array(z.int()).optional().describe(
      "all that served then, where the newest outcomes are not of one version alone",
    ),
    asOf: z.iso.datetime(),
    metrics: z.array(Measured),
  }).nullable().default(null).describe("the newest that outcomes said of a version; null: nothing yet"),
  rollout: z.object({
    id: z.string(),
    strategy: Strategy,
    version: z.int(),
    share: z.number().describe("of shoppers who are shown it"),
    startedAt: z.iso.datetime(),
    drill: z.boolean().default(false).describe("its version was made worse on purpose"),
    text: z.string().describe("what the last look said"),
    paused: RolloutPause.pick({ until: true, by: true, why: true }).nullable().default(null).describe(
      "null: it is not paused",
    ),
  }).nullable().describe("the rollout that runs; null: none does"),
  approval: z.object({
    version: z.int(),
    text: z.string(),
    expiresAt: z.iso.datetime(),
  }).nullable().describe("what waits for a person; null: nothing does"),
  running: z.object({
    id: z.string(),
    stage: Stage,
    progress: z.object({ fraction: z.number(), text: z.string() }).nullable(),
    startedAt: z.iso.datetime(),
  }).nullable(),
  lastCycle: z.object({
    id: z.string(),
    number: z.int(),
    outcome: Outcome.nullable(),
    asOf: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    text: z.string().describe("what it found, in one sentence"),
  }).nullable(),
  lastCheck: z.object({
    answer: Answer,
    checkedAt: z.iso.datetime(),
    reasons: z.array(Reason),
  }).nullable(),
  nextCheckAt: z.iso.datetime().nullable(),
  outcomes: z.record(z.string(), z.int()).describe("how many cycles ended how"),
  openAlerts: z.int(),
});
export type ModelStatus = z.infer<typeof ModelStatus>;

/** The answer to "what is the system doing?". */
export const Status = z.object({
  asOf: z.iso.datetime().describe("the moment that checks and predictions hold for"),
  clock: z.enum(["wall", "pinned"]).describe("pinned: a demo whose clock stands where its data end"),
  temporalUi: z.string().nullable(),
  openAlerts: z.int().describe("also those about no one model"),
  installation: z.object({ openAlerts: z.int(), text: z.string().describe("title of the gravest") })
    .nullable()
    .default(null).describe("open alerts about no one model and not about the events; null: none"),
  headline: z.string().default("").describe("all of it in a few sentences"),
  data: z.object({
    answer: QualityReport.shape.answer,
    openFindings: z.int().describe("that have to be fixed or accepted first"),
    text: z.string(),
  }).nullable().default(null).describe("the newest evaluation of the events; null: none yet"),
  quarantine: z.object({
    waiting: z.int().describe("events that wait in quarantine"),
    accepted: z.int(),
  }).nullable().default(null).describe("set while more events wait in quarantine than were accepted"),
  replay: z.object({
    id: z.string(),
    cutoff: z.iso.datetime().nullable().describe("the newest that was replayed; null: none yet"),
    done: z.int().describe("cut-offs replayed by every model"),
    cutoffs: z.int(),
  }).nullable().default(null).describe("the replay of history that runs; null: none does"),
  models: z.array(ModelStatus),
});
export type Status = z.infer<typeof Status>;
