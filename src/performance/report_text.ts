import type { PerformanceReport } from "./report.ts";
import { count, figure } from "../format/numbers.ts";
import { listed, metricName } from "../format/words.ts";
import type { Excess } from "./excess.ts";

/** The answer with what it rests on. */
export interface Judgement {
  readonly answer: PerformanceReport["answer"];
  readonly why: string;
  readonly excesses: readonly Excess[];
}

const EXPLAINED: Readonly<Record<string, string>> = {
  deployment: "its loss is as at deployment",
  predictions: "its loss is what predictions of this size cost at deployment",
  "naive guess": "its loss moved as that of a naive guess on the same shoppers",
};

/** A report in a sentence or two, for people. */
export function reportText(
  { version, loss, measured, served, classes, estimated, waiting, outcomesNext }: Omit<
    PerformanceReport,
    "text" | "answer"
  >,
  { answer, why, excesses }: Judgement,
  { kept, total }: { kept: number; total: number },
): string {
  const next = outcomesNext ? `, next outcomes on ${outcomesNext.slice(0, 10)}` : "";
  const guess = estimated?.metrics.find(({ metric }) => metric === loss);
  const estimate = guess
    ? `; estimated, not measured: ${metricName(loss)} ${figure(guess.value)}${range(guess)} on those`
    : "";
  const missing = classes ? "; not estimated for several classes" : "";
  const wait = waiting > 0 ? `${count(waiting)} predictions pending${next}${estimate}${missing}` : "";
  const now = measured?.metrics.find(({ metric }) => metric === loss);
  if (!now) return sentences(`Version ${version}: no outcomes yet`, servedText(served, loss), wait);
  const from = now.atDeployment === null ? "" : `, ${figure(now.atDeployment)} at deployment`;
  const cut = kept < total && now.rows === kept
    ? ` (the newest ${count(kept)} of ${count(total)} were used)`
    : "";
  const found = `${metricName(loss)} ${figure(now.value)}${range(now)} on ${count(now.rows)} predictions of ${
    count(now.shoppers)
  } shoppers${from}${cut}`;
  return sentences(`${verdict(version, answer, why)}: ${found}`, expectations(answer, excesses), wait);
}

/** "Versions 7 and 8, which served from 3 to 17 October 2011: accuracy 0.74 (0.71 to 0.77) on 540 predictions" */
function servedText(served: PerformanceReport["served"], loss: string): string {
  const value = served?.metrics.find(({ metric }) => metric === loss);
  if (!served || !value) return "";
  const { versions, from, to } = served;
  const days = from.slice(0, 10) === to.slice(0, 10)
    ? `on ${from.slice(0, 10)}`
    : `from ${from.slice(0, 10)} to ${to.slice(0, 10)}`;
  return `What served ${days} (version${versions.length > 1 ? "s" : ""} ${listed(versions.map(String))}): ${
    metricName(loss)
  } ${figure(value.value)}${range(value)} on ${count(value.rows)} predictions`;
}

function verdict(version: number, answer: PerformanceReport["answer"], why: string): string {
  switch (answer) {
    case "fell":
      return `Version ${version} has degraded since its deployment, ${why}`;
    case "holds":
      return `Version ${version} is stable (${EXPLAINED[why]})`;
    case "cannot tell yet":
      return `Version ${version}: not enough data${EXPLAINED[why] ? "" : ` (${why})`}`;
    default:
      return answer satisfies never;
  }
}

/** Says what was expected, where it is not the same thing as the loss at deployment. */
function expectations(answer: PerformanceReport["answer"], excesses: readonly Excess[]): string {
  const by = (from: Excess["expectedFrom"]) => excesses.find(({ expectedFrom }) => expectedFrom === from);
  const [rows, guess] = [by("predictions"), by("naive guess")];
  if (answer === "holds" || !rows) return "";
  const season = guess ? `, ${figure(guess.expected)} by what a naive guess costs now` : "";
  return `Expected for these shoppers: ${figure(rows.expected)} by the model's own predictions${season}`;
}

const sentences = (...parts: readonly string[]) => parts.filter((part) => part !== "").join(". ");
const range = ({ low, high }: { low: number | null; high: number | null }) =>
  low === null || high === null ? "" : ` (${figure(low)} to ${figure(high)})`;
