/** A configuration simulated on history: each stored check and verdict decided again, beside the answer of then. */
import { z } from "zod";
import { Answer, type StoredCheck, Trigger } from "./check.ts";
import { Findings } from "./findings.ts";
import { configOf, type RetrainingConfig } from "../config/retraining.ts";
import { ALL_SETTINGS, configChanges, type Reach } from "../config/settings.ts";
import { Verdict } from "../validation/verdict.ts";
import type { Cycle } from "./cycle.ts";
import { type Again, checkAgain, verdictAgain, type Wanted } from "./decide_again.ts";

/** From `atLeast` to `atMost`: what cannot be told more exactly. */
const Between = z.object({ atLeast: z.int(), atMost: z.int() });

const SimulatedCheck = z.object({
  id: z.uuid(),
  model: z.string(),
  asOf: z.iso.datetime(),
  trigger: Trigger,
  was: Answer,
  would: Answer.nullable().describe("null: cannot be told"),
  text: z.string().describe("why, or why it cannot be told"),
});

const SimulatedVerdict = z.object({
  cycleId: z.string(),
  model: z.string(),
  number: z.int(),
  asOf: z.iso.datetime(),
  was: Verdict,
  would: z.union([Verdict, z.literal("no training")]).nullable().describe(
    "null: cannot be told; no training: its check would not have called for one",
  ),
  text: z.string(),
});

const SimulatedModel = z.object({
  model: z.string(),
  checks: z.object({ same: z.int(), changed: z.int(), cannot: z.int() }),
  trainings: z.object({
    was: z.int(),
    more: Between.describe(
      "at most: every check that would call for one; at least: one for each row of them without a training between",
    ),
    fewer: z.int().describe("left out, or later: a check after it may call for it"),
  }),
  deployments: z.object({
    was: z.int().describe("verdicts to promote"),
    more: z.int(),
    fewer: z.int(),
    cannot: z.int(),
  }),
});

/** The decisions that a configuration would have taken on the history. */
export const WhatIfReport = z.object({
  from: z.iso.datetime().describe("as of"),
  to: z.iso.datetime(),
  changes: z.array(z.object({
    name: z.string(),
    model: z.string().nullable().describe("null: every model that does not differ"),
    before: z.unknown().optional().describe("left out: as every model"),
    after: z.unknown().optional(),
  })),
  models: z.array(SimulatedModel),
  checks: z.array(SimulatedCheck).describe("newest first"),
  verdicts: z.array(SimulatedVerdict).describe("newest first"),
  notes: z.array(z.string()).describe("what this cannot say"),
  truncated: z.boolean().describe("there were more checks than are decided again: the oldest are left out"),
});
export type WhatIfReport = z.infer<typeof WhatIfReport>;

/** The stored history, and the configurations to compare on it. */
interface WhatIfInput {
  current: RetrainingConfig;
  wanted: RetrainingConfig;
  /** each model's own margin, by its name */
  margins: ReadonlyMap<string, number>;
  /** newest first */
  checks: readonly StoredCheck[];
  /** with a verdict, newest first */
  cycles: readonly Cycle[];
  /** ms since the epoch, as of */
  fromMs: number;
  toMs: number;
  truncated: boolean;
}

/** Decides every stored check and verdict again, under the configuration that is wanted. */
export function simulateConfig(input: WhatIfInput): WhatIfReport {
  const { current, wanted, checks, cycles, fromMs, toMs, truncated } = input;
  const changes = configChanges(current, wanted);
  const wants = new Map(
    [...input.margins].map(([model, margin]) =>
      [model, wantedOf(model, { current, wanted, margin })] as const
    ),
  );
  const simulatedChecks = checks.filter((c) => wants.has(c.model)).map((check) =>
    simulateCheck(check, checkAgain(check, wants.get(check.model)!))
  );
  const simulatedVerdicts = cycles.filter((c) => wants.has(c.model) && c.verdict && c.evidence).map(
    (cycle) => {
      const check = checks.find((c) => c.cycleId === cycle.id);
      return simulateVerdict(cycle, check, {
        again: simulatedChecks.find((c) => c.id === check?.id),
        wanted: wants.get(cycle.model)!,
      });
    },
  );
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    changes,
    models: [...wants.keys()].map((model) => summaryOf(model, simulatedChecks, simulatedVerdicts)),
    checks: simulatedChecks,
    verdicts: simulatedVerdicts,
    notes: notesOn(changes.map((c) => c.name), simulatedChecks.some(isMore)),
    truncated,
  };
}

function wantedOf(
  model: string,
  { current, wanted, margin }: { current: RetrainingConfig; wanted: RetrainingConfig; margin: number },
): Wanted {
  const before = { ...current, ...configOf(current, model) };
  const config = configOf(wanted, model);
  const after = { ...wanted, ...config };
  const names = configChanges({ ...before, models: {} }, { ...after, models: {} }).map((c) => c.name);
  return { changed: new Set(names), config, modelMargin: margin };
}

type SimulatedCheck = z.infer<typeof SimulatedCheck>;
type SimulatedVerdict = z.infer<typeof SimulatedVerdict>;

const simulateCheck = (check: StoredCheck, { would, text }: Again<Answer>): SimulatedCheck => ({
  id: check.id,
  model: check.model,
  asOf: check.asOf,
  trigger: check.trigger,
  was: check.answer,
  would,
  text,
});

function simulateVerdict(
  { id, model, number, asOf, verdict, evidence }: Cycle,
  check: StoredCheck | undefined,
  { again, wanted }: { again: SimulatedCheck | undefined; wanted: Wanted },
): SimulatedVerdict {
  const common = { cycleId: id, model, number, asOf, was: verdict! };
  if (again && again.would !== null && again.would !== again.was) {
    return {
      ...common,
      would: "no training",
      text: `Its check would answer "${again.would}"`,
    };
  }
  if (again && again.would === null) return { ...common, would: null, text: `Of its check: ${again.text}` };
  const findings = Findings.safeParse(check?.findings);
  const stored = { verdict: verdict!, evidence: evidence! };
  return { ...common, ...verdictAgain(stored, findings.success ? findings.data : null, wanted) };
}

const isMore = ({ was, would }: SimulatedCheck) => was !== "retrain" && would === "retrain";
const isFewer = ({ was, would }: SimulatedCheck) =>
  was === "retrain" && would !== null && would !== "retrain";

function summaryOf(
  model: string,
  allChecks: readonly SimulatedCheck[],
  allVerdicts: readonly SimulatedVerdict[],
) {
  const checks = allChecks.filter((c) => c.model === model);
  const verdicts = allVerdicts.filter((v) => v.model === model);
  const count = <T>(list: readonly T[], fits: (item: T) => boolean) => list.filter(fits).length;
  return {
    model,
    checks: {
      same: count(checks, (c) => c.would === c.was),
      changed: count(checks, (c) => c.would !== null && c.would !== c.was),
      cannot: count(checks, (c) => c.would === null),
    },
    trainings: {
      was: count(checks, (c) => c.was === "retrain"),
      more: { atLeast: rowsOf(checks), atMost: count(checks, isMore) },
      fewer: count(checks, isFewer),
    },
    deployments: {
      was: count(verdicts, (v) => v.was === "promote"),
      more: count(verdicts, (v) => v.was !== "promote" && v.would === "promote"),
      fewer: count(verdicts, (v) => v.was === "promote" && v.would !== null && v.would !== "promote"),
      cannot: count(verdicts, (v) => v.would === null),
    },
  };
}

/** Counts the runs of checks that would call for a training, with none made in between. @param checks newest first */
function rowsOf(checks: readonly SimulatedCheck[]): number {
  let rows = 0;
  let inRow = false;
  for (const check of checks) {
    if (isMore(check)) rows += inRow ? 0 : 1;
    inRow = isMore(check) || (inRow && check.was !== "retrain");
  }
  return rows;
}

/** The limits of decisions that are made again from evidence, by what is changed. */
const CANNOT: Readonly<Partial<Record<Reach, string>>> = {
  protocol: "changes which rows, labels and cut-offs there are: what was stored is of another protocol",
  looks:
    "went into the looks as they were made, and is sealed with their evidence: a check that rests on one cannot be decided again",
  times:
    "changes when checks are made: those that were made are decided again, those at other times are not known",
  training: "would have trained another challenger, or judged it on other rows: verdicts cannot be told",
  afterwards: "governs what becomes of a version after its verdict: no check and no verdict goes by it",
  "no decision": "is gone by in no check and no verdict",
};

function notesOn(names: readonly string[], more: boolean): string[] {
  const reachOf = new Map(ALL_SETTINGS.map((s) => [s.name as string, s.reach]));
  const ofSettings = [...new Set(names)].flatMap((name) => {
    const text = CANNOT[reachOf.get(name)!];
    return text ? [`${name} ${text}`] : [];
  });
  return [
    ...ofSettings,
    ...more ? ["what more trainings would have come to is not known: nobody made them"] : [],
    "each is decided by itself: what it would have changed for those after it is not followed; only a backtest trains again",
  ];
}
