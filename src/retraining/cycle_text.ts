import type { Evidence } from "../validation/verdict.ts";
import { isSamePredictions } from "../stats/same_predictions.ts";
import type { Cycle } from "./cycle.ts";
import { count, figure, percent } from "../format/numbers.ts";
import { metricName } from "../format/words.ts";

/** Returns the result of a cycle, or its progress, in one sentence without a period; also what of it cannot be read. */
export const cycleText = (cycle: Cycle): string =>
  cycle.damaged === undefined ? textOf(cycle) : `${textOf(cycle)} (this row is damaged: ${cycle.damaged})`;

function textOf(cycle: Cycle): string {
  const { outcome, watch, error, evidence } = cycle;
  const stage = lastStage(cycle);
  switch (outcome) {
    case null:
      return running(cycle);
    case "failed":
      return `Failed at "${stage}"${error ? `: ${error}` : ""}`;
    case "lost":
      return `Lost at "${stage}"${error ? `: ${error}` : ""}; what served before still serves`;
    case "cancelled":
      return `Cancelled at "${stage}"; what served before still serves`;
    case "rolled back":
      return `Version ${cycle.challenger} was taken back${watch ? `: ${watch.text}` : ""}`;
    case "deployed":
      return `Version ${cycle.challenger} was deployed: ${
        evidence ? comparison(evidence) : "no comparison was stored"
      }`;
    case "rolling out":
      return `Version ${cycle.challenger} is shown to a share of shoppers: ${
        evidence ? comparison(evidence) : "no comparison was stored"
      }`;
    case "rejected":
    case "inconclusive":
      return `${name(cycle)} was not deployed: ${
        error ?? (evidence ? comparison(evidence) : uncompared(cycle))
      }`;
    default:
      return outcome satisfies never;
  }
}

function running({ stage, progress }: Cycle): string {
  const share = progress ? `, ${Math.round(progress.fraction * 100)} % (${progress.text})` : "";
  return `Running: ${stage}${share}`;
}

/** The stage that a cycle came to: every one that ended reports before, whatever became of it. */
function lastStage({ stage, stages }: Cycle): string {
  if (stage !== "ended") return stage;
  return stages.findLast((s) => s.stage !== "ended" && s.stage !== "report")?.stage ?? "check";
}

/** Why nothing was compared: the first thing that its check found lacking. */
function uncompared({ reasons }: Cycle): string {
  const lacking = reasons.find((r) =>
    r.speaks === "against" && (r.code === "first model" || r.code === "labelled rows")
  );
  return `nothing could be compared${lacking ? ` (${lacking.text})` : ""}`;
}

const name = ({ challenger }: Cycle) => challenger === null ? "The challenger" : `Version ${challenger}`;

/** "log loss 0.5123 against the champion's 0.5300, 3.4 % lower (90 % interval 1.2 % to 5.5 % lower) on 1,204 rows". */
function comparison(evidence: Evidence): string {
  const { loss, against, challengerLoss, championLoss, difference } = evidence;
  if (isSamePredictions(difference)) return sameText(evidence);
  const change = championLoss === 0 ? 0 : difference.mean / championLoss;
  return `${metricName(loss)} ${figure(challengerLoss)} against the ${against}'s ${figure(championLoss)}, ` +
    `${percent(Math.abs(change))} ${direction(change)} (${interval(evidence)}) on ${
      count(difference.n)
    } rows${why(evidence)}`;
}

/** Says that nothing was proven either way: the refit makes the difference. */
const sameText = (evidence: Evidence): string =>
  `same predictions as the ${evidence.against} on ${
    count(evidence.difference.n)
  } rows; the refit adds rows that no comparison has seen${why(evidence)}`;

function interval({ difference, championLoss }: Evidence): string {
  const covered = `${figureOfConfidence(difference.confidence)} interval`;
  if (championLoss === 0) return `${covered} ${figure(difference.low)} to ${figure(difference.high)}`;
  const signed = (share: number) => percent(share, { sign: true });
  return `${covered} ${signed(difference.low / championLoss)} to ${signed(difference.high / championLoss)}`;
}

function why({ gate, threshold, stale, staleBecause, failing }: Evidence): string {
  if (gate === "threshold") return `; the threshold asks for ${percent(threshold)}`;
  if (gate === "no-harm") return "; gate no-harm: deployed unless the rows speak against it";
  if (failing) return "; the champion was failing";
  return stale ? `; the champion was stale${staleBecause ? ` (${staleBecause})` : ""}` : "";
}

const direction = (change: number) => change <= 0 ? "lower" : "higher";
const figureOfConfidence = (confidence: number) => `${Number((confidence * 100).toFixed(1))} %`;
