/** Backtests in words. */
import { capital, listedFew, metricName } from "../src/format/words.ts";
import type { LabelledPolicy } from "../src/backtest/backtest.ts";
import type { Difference } from "../src/backtest/difference.ts";
import type { ModelResult, PolicyResult } from "../src/backtest/report.ts";
import type { Money } from "../src/impact/money.ts";
import type { BacktestDetail, BacktestSummary } from "../src/app/reports/backtest.ts";
import { valueText } from "../src/config/settings.ts";
import { count, counted, metricFigure, signed } from "../src/format/numbers.ts";
import type { Badge } from "./labels.ts";

const badge = (glyph: Badge["glyph"], word: string, tone: Badge["tone"] = "unknown"): Badge => ({
  glyph,
  tone,
  word,
});

export const BACKTEST_STATES: Readonly<Record<BacktestSummary["state"], Badge>> = {
  running: badge("running", "Running", "good"),
  finished: badge("good", "Finished"),
  failed: badge("bad", "Failed", "bad"),
  cancelled: badge("stopped", "Cancelled"),
  lost: badge("bad", "Lost", "bad"),
};

export const DIFFERENCES: Readonly<Record<Difference["verdict"], Badge>> = {
  "better": badge("good", "Better", "good"),
  "worse": badge("watch", "Worse", "watch"),
  "the same": badge("stopped", "The same"),
  "cannot tell yet": badge("unknown", "Inconclusive"),
};

export const GAINS: Readonly<Record<Money["verdict"], Badge>> = {
  "gains": DIFFERENCES.better,
  "loses": DIFFERENCES.worse,
  "no difference": DIFFERENCES["the same"],
  "cannot tell yet": DIFFERENCES["cannot tell yet"],
};

const NAMES: Readonly<Record<LabelledPolicy["policy"], (policy: LabelledPolicy) => string>> = {
  never: () => "never retrained",
  every: () => "retrained at every cut-off",
  calendar: ({ days }) => `retrained every ${days} days`,
  performance: () => "retrained when outcomes degraded",
  drift: () => "retrained when inputs drifted",
  worth: () => "retrained when worth more than waiting",
  perennial: () => "Perennial",
  cara: () => "retrained by CARA",
  upf: () => "retrained by UPF",
  cusum: () => "retrained by CUSUM",
  oracle: () => "retrained by the best schedule in hindsight",
};

/** "retrained at every cut-off on the newest 6, if proven better" */
export function policyName(policy: LabelledPolicy): string {
  const { max_train_cutoffs: window, ...config } = policy.config;
  const settings = Object.entries(config).map(([name, value]) => `${name}=${valueText(value)}`).sort();
  return [
    NAMES[policy.policy](policy),
    ...window === undefined ? [] : [` on the newest ${valueText(window)} cut-offs`],
    ...policy.validate ? [", if proven better"] : [],
    ...settings.length > 0 ? [` with ${settings.join(", ")}`] : [],
  ].join("");
}

/** Of which policy the backtest was asked: Perennial with the settings that are tried, else as it is, else the last. */
export function subjectOf({ policies }: Pick<BacktestSummary, "policies">): LabelledPolicy {
  const own = policies.filter(({ policy }) => policy === "perennial" || policy === "worth");
  return own.findLast(({ config }) => Object.keys(config).length > 0) ?? own[0] ?? policies.at(-1)!;
}

const VERDICT_ORDER = ["better", "worse", "the same", "cannot tell yet"] as const;
const resultOf = ({ policies }: ModelResult, label: string): PolicyResult | undefined =>
  policies.find(({ policy }) => policy === label);

/** The backtest in a sentence: how far it is, or what the policy it is about would have done. */
export function backtestHeadline(backtest: BacktestDetail): string {
  const { state, done, steps, policies, text } = backtest;
  if (state === "running") {
    return `${counted(policies.length, "policy").replace("policys", "policies")} ${
      policies.length === 1 ? "is" : "are"
    } replayed: ${count(done)} of ${counted(steps, "step")} done.`;
  }
  if (state === "failed") return `The backtest failed${text ? `: ${text.replace(/\.$/, "")}` : ""}.`;
  if (state === "cancelled") return `Cancelled after ${count(done)} of ${counted(steps, "step")}.`;
  return finding(backtest) ?? "Nothing could be scored.";
}

/** Returns the verdict on the policy that the backtest is about; null: nothing is scored. */
function finding(backtest: BacktestDetail): string | null {
  const subject = subjectOf(backtest);
  const name = policyName(subject);
  const verdicts = backtest.results.flatMap((result) => {
    const difference = resultOf(result, subject.label)?.toNever?.[result.metric];
    return difference ? [{ model: result.model, verdict: difference.verdict }] : [];
  });
  if (verdicts.length === 0) return null;
  const models = (verdict: Difference["verdict"]) =>
    verdicts.filter((t) => t.verdict === verdict).map((t) => t.model);
  const parts = VERDICT_ORDER.flatMap((verdict) => {
    const named = models(verdict);
    return named.length === 0 ? [] : [PART[verdict](listedFew(named))];
  });
  const cannot = models("cannot tell yet");
  if (cannot.length === verdicts.length) {
    return `${capital(name)} against the first model without retraining, for ${
      listedFew(cannot)
    }: inconclusive.`;
  }
  return `${capital(name)} would have served ${parts.join("; ")}.`;
}

const PART: Readonly<Record<Difference["verdict"], (models: string) => string>> = {
  "better": (models) => `${models} better than the first model without retraining`,
  "worse": (models) => `${models} worse than the first model without retraining`,
  "the same": (models) => `${models} exactly as the first model without retraining`,
  "cannot tell yet": (models) => `${models} with an inconclusive difference`,
};

/** "accuracy 0.744 instead of 0.737, +0.008 [+0.000, +0.015] over 17 cut-offs, with 11 trainings" */
export function subjectText(backtest: BacktestDetail, result: ModelResult): string | null {
  const own = resultOf(result, subjectOf(backtest).label);
  const { metric: main } = result;
  const never = result.policies.find(({ policy }) => policy === "never");
  const difference = own?.toNever?.[main];
  if (!own || !never || !difference) return null;
  return `${metricName(main)} ${metricFigure(own.means[main])} instead of ${
    metricFigure(never.means[main])
  }, ${differenceText(difference)} over ${counted(difference.n, "cut-off")}, with ${
    counted(own.trainings, "training")
  } instead of ${count(never.trainings)}${neededText(difference)}`;
}

const WORTH_SAYING = 20; // times as many moments: more would be as good as never

/** Estimates the cut-offs needed where the difference is inconclusive: the interval narrows as their square root grows. */
function neededText({ verdict, mean, low, high, n }: Difference): string {
  if (verdict !== "cannot tell yet" || low === null || high === null || mean === 0) return "";
  const times = ((high - low) / 2 / mean) ** 2;
  return times > WORTH_SAYING
    ? "; no number of cut-offs in reach would tell so small a difference"
    : `; about ${count(Math.ceil(n * times))} cut-offs would tell a difference of this size`;
}

/** "+0.011 [+0.002, +0.020]" */
export function differenceText({ mean, low, high }: Pick<Difference, "mean" | "low" | "high">): string {
  return low === null || high === null
    ? `${signed(mean)}, not bounded`
    : `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
}
