/** Backtests as the pages are tested and looked at with: one that runs, one that finished with a failed policy. */
import { DAY_MS } from "../../src/core/time.ts";
import type { Backtest, BacktestEnd, BacktestStep } from "../../src/backtest/backtest.ts";
import type { Worth } from "../../src/backtest/money.ts";
import { resultOf } from "../../src/backtest/report.ts";
import { labelOf, readPolicy } from "../../src/backtest/policy_spec.ts";
import { seededRandom } from "../../src/core/random.ts";
import type { BacktestDetail, BacktestSummary } from "../../src/app/reports/backtest.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import type { Dashboard } from "../../src/dashboard/dashboard.ts";

const MOMENTS = 20;
const UNSCORED = 4;
const FIRST_MS = Date.parse("2011-02-01T00:00:00Z");
const iso = (ms: number) => new Date(ms).toISOString();
const MODELS = [
  {
    name: "churn",
    kind: "classification",
    primaryMetric: "accuracy",
    loss: "logLoss",
    metrics: (q: number) => ({ accuracy: 0.73 + q, logLoss: 0.55 - q }),
  },
  {
    name: "spending",
    kind: "regression",
    primaryMetric: "mse",
    loss: "cappedMse",
    metrics: (q: number) => ({ mse: 700_000 * (1 - 9 * q), cappedMse: 120_000 * (1 - 4 * q) }),
  },
] as const;
const POLICIES = ["never", "every", "every:max_train_cutoffs=6", "calendar=28d", "drift", "perennial"];
/** How much better than never a policy gets, and how sure that is. */
const GAIN: Readonly<Record<string, [gain: number, noise: number]>> = {
  "never": [0, 0],
  "every": [0.012, 0.004],
  "every:max_train_cutoffs=6": [0.001, 0.03],
  "calendar=28d": [-0.01, 0.002],
  "drift": [0, 0],
  "perennial": [0.01, 0.003],
};

function aBacktest(id: string, over: Partial<Backtest> = {}): Backtest {
  const moments = Array.from({ length: MOMENTS }, (_, i) => iso(FIRST_MS + i * 14 * DAY_MS));
  return {
    id,
    models: MODELS.map((m) => m.name),
    moments,
    by: "ann",
    why: "before the sale",
    policies: POLICIES.map(readPolicy).map((spec) => ({ ...spec, label: labelOf(spec) })),
    scoredFrom: Object.fromEntries(MODELS.map((m) => [m.name, moments[UNSCORED]])),
    config: RetrainingConfig.parse({ machine_hour_cost: 3.6, currency: "EUR" }),
    createdAt: "2026-03-02T13:05:00.000Z",
    ...over,
  };
}

function stepsOf({ policies, moments, models }: Backtest, done: (policy: number) => number): BacktestStep[] {
  const random = seededRandom(11);
  return policies.flatMap(({ label }, policy) =>
    moments.slice(0, done(policy)).flatMap((asOf, i) =>
      MODELS.filter(({ name }) => models.includes(name)).map(({ name, metrics }): BacktestStep => {
        const [gain, noise] = GAIN[label] ?? [0.02, 0.001];
        const first = i === UNSCORED;
        const trains = i >= UNSCORED && (first || /^(every|perennial|calendar)/.test(label));
        const season = 0.02 * Math.sin(i / 3);
        const q = season + gain + noise * (random() - 0.5);
        return {
          policy: label,
          model: name,
          asOf,
          run: trains ? "train" : "nothing",
          trained: trains,
          why: trains ? "it is trained at every moment" : "the first model stays",
          outcome: trains ? (i % 5 === 0 && !first ? "rejected" : "deployed") : null,
          version: i < UNSCORED ? null : trains || label === "every" ? i - UNSCORED + 1 : 1,
          rows: i < UNSCORED ? 0 : 500 + i,
          metrics: i < UNSCORED ? null : metrics(q),
        };
      })
    )
  );
}

function detailOf(
  backtest: Backtest,
  steps: BacktestStep[],
  { state, text, ends, worth = new Map() }: {
    state: BacktestSummary["state"];
    text: string | null;
    ends: BacktestEnd[];
    worth?: ReadonlyMap<string, Worth>;
  },
): BacktestDetail {
  const { id, models, policies, moments, by, why, createdAt } = backtest;
  const seconds = new Map(policies.map(({ label }, i) => [label, 3 + 17 * i]));
  return {
    id,
    models,
    policies,
    by,
    why,
    createdAt,
    state,
    text,
    ends,
    from: moments[0],
    to: moments.at(-1)!,
    stepDays: 14,
    moments: moments.length,
    done: steps.length,
    steps: policies.length * models.length * moments.length,
    endedAt: state === "running" ? null : "2026-03-02T13:11:00.000Z",
    results: MODELS.filter(({ name }) => models.includes(name)).map((model) =>
      resultOf({ backtest, model, steps, seconds, worth })
    ),
    notes: ["Intervals are over cut-offs.", "Approvals take time that is not replayed."],
  };
}

export function makeBacktests(): BacktestDetail[] {
  const missing = { gain: null, missing: ["kept_customer_value", "contact_cost"] };
  const gained = {
    amount: 1234.5,
    low: 310,
    high: 2160,
    rows: 9000,
    shoppers: 800,
    differing: 120,
    confidence: 0.9,
    verdict: "gains" as const,
  };
  const at = "2026-03-02T13:11:00.000Z";
  const ended = (policy: string): BacktestEnd => ({
    policy,
    state: "finished",
    text: "20 moments",
    at,
  });
  const running = aBacktest("run00001", { createdAt: "2026-03-02T14:36:00.000Z" });
  const finished = aBacktest("done0001");
  const early = aBacktest("early001", { models: ["churn"] });
  const rich = aBacktest("rich0001", { models: ["churn"], why: "" });
  return [
    detailOf(running, stepsOf(running, (policy) => policy === 0 ? MOMENTS : policy === 1 ? 9 : 0), {
      state: "running",
      text: null,
      ends: [ended("never")],
      worth: new Map(POLICIES.map((label) => [label, missing])),
    }),
    detailOf(finished, stepsOf(finished, (policy) => policy === 4 ? 6 : MOMENTS), {
      state: "finished",
      text: "5 policies, 1 failed",
      ends: [...POLICIES.filter((p) => p !== "drift").map(ended), {
        policy: "drift",
        state: "failed",
        text: "the looks could not be made",
        at,
      }],
      worth: new Map(POLICIES.map((label) => [label, missing])),
    }),
    detailOf(rich, stepsOf(rich, () => MOMENTS), {
      state: "finished",
      text: "6 policies",
      ends: POLICIES.map(ended),
      worth: new Map(
        POLICIES.filter((p) => p !== "never").map((label) => [label, { gain: gained, missing: [] }]),
      ),
    }),
    detailOf(early, stepsOf(early, () => 2), { state: "cancelled", text: "it was cancelled", ends: [] }),
  ];
}

/** What the pages read of these. */
export const backtestReads = (
  backtests: readonly BacktestDetail[],
): Pick<Dashboard, "backtests" | "backtest"> => ({
  backtests: (limit = 200) =>
    Promise.resolve(
      backtests.slice(0, limit).map(({ ends: _e, results: _r, notes: _n, ...summary }) => summary),
    ),
  backtest: (id) => Promise.resolve(backtests.find((b) => b.id === id) ?? null),
});
