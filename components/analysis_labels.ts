/** The analysis page in words. */
import { count, counted, percent, signedMoney } from "../src/format/numbers.ts";
import { capital, metricName } from "../src/format/words.ts";
import type { Spread, Together } from "../src/app/reports/analysis.ts";
import type { AnalysisBrief } from "../src/dashboard/reads/analysis.ts";
import type { Money } from "../src/impact/money.ts";
import { duration } from "../src/format/times.ts";
import type { Badge } from "./labels.ts";

/** One digit below ten: "3.5", "21". */
const days = (n: number): string => n < 10 && !Number.isInteger(n) ? n.toFixed(1) : count(n);

/** "21 days (14 to 42, 10 gaps)" */
export const daysText = ({ median, least, most, n }: Spread): string =>
  `${counted(Number(days(median).replace(",", "")), "day")} (${days(least)} to ${days(most)}, ${
    counted(n, "gap")
  })`;

/** "4.1 s (1.4 s to 9.6 s, 11 cycles)" */
export const secondsText = ({ median, least, most, n }: Spread, thing: string): string =>
  n === 1
    ? `${duration(median * 1000)}, once`
    : `${duration(median * 1000)} (${duration(least * 1000)} to ${duration(most * 1000)}, ${
      counted(n, thing)
    })`;

/** "−2.1 % to +0.4 %" */
export const ends = ({ low, high }: Pick<Together, "low" | "high">): string =>
  low === null || high === null
    ? "no bounds known"
    : `${percent(low, { sign: true })} to ${percent(high, { sign: true })}`;

/** Returns the badge of a mean change of a loss, lower being better. */
export function togetherBadge({ low, high }: Pick<Together, "low" | "high">): Badge {
  if (high !== null && high < 0) return { glyph: "good", tone: "good", word: "Lower" };
  if (low !== null && low > 0) return { glyph: "watch", tone: "watch", word: "Higher" };
  return { glyph: "unknown", tone: "unknown", word: "Inconclusive" };
}

/** Sums up a model's retraining in one sentence or two. */
export function briefSentence({ model, loss, cycles, deployed, days, since }: AnalysisBrief): string {
  const name = capital(model);
  if (cycles === 0) return `${name} was not retrained yet.`;
  const often = days ? `was retrained every ${daysBetween(days)}` : "was trained once";
  return `${name} ${often}, ${deployed} of ${count(cycles)} deployed; ${sinceText(since, metricName(loss))}.`;
}

const daysBetween = ({ median }: Spread): string => days(median) === "1" ? "day" : `${days(median)} days`;

function sinceText(since: Together | null, loss: string): string {
  if (since === null) return "no outcomes since a deployment are known yet";
  const on = `(${ends(since)}, ${counted(since.changes, "deployment")})`;
  const { word } = togetherBadge(since);
  return word === "Inconclusive"
    ? `whether ${loss} fell since is inconclusive ${on}`
    : `${loss} ${word === "Lower" ? "fell" : "rose"} since, by outcomes ${on}`;
}

/** "+1,204 EUR [+310, +2,098]" */
export const moneyText = ({ amount, ...ends }: Pick<Money, "amount" | "low" | "high">, currency: string) =>
  `${signedMoney(amount, currency)} ${endsOf(ends)}`;

/** "[+310, +2,098]" */
export const endsOf = ({ low, high }: Pick<Money, "low" | "high">): string =>
  `[${low === null ? "unknown" : signedMoney(low, "")}, ${
    high === null ? "unknown" : signedMoney(high, "")
  }]`;

const MONEY: Readonly<Record<Money["verdict"], Badge>> = {
  "gains": { glyph: "good", tone: "good", word: "Gains" },
  "loses": { glyph: "watch", tone: "watch", word: "Loses" },
  "no difference": { glyph: "good", tone: "unknown", word: "No difference" },
  "cannot tell yet": { glyph: "unknown", tone: "unknown", word: "Inconclusive" },
};
export const moneyBadge = (verdict: Money["verdict"]): Badge => MONEY[verdict];
