import type { Answer, Reason, Trigger } from "./check.ts";
import type { Interval } from "../validation/verdict.ts";

/** What a check found out before it decides. */
export interface Findings {
  trigger: Trigger;
  newSamples: number;
  newSamplesMin: number;
  /** labelled cut-offs in the history */
  cutoffs: number;
  cutoffsMin: number;
  /** labelled rows newer than anything the champion was trained on */
  unseenRows: number;
  unseenRowsMin: number;
  champion: {
    version: number;
    /** days since its newest training outcome */
    ageDays: number;
    staleAfterDays: number;
    /** rows it was trained on, and rows labelled now */
    rows: number;
    rowsNow: number;
    staleGrowth: number;
    /** its loss on the rows it was validated on */
    validatedLoss: number;
    /** its loss on rows it has not seen, now; null: too few to say */
    lossNow: Interval | null;
    margin: number;
  } | null;
}

/**
 * Decides whether to retrain, with every reason and its evidence. A person's force passes by the trigger, not the
 * validation. A pure function: the same findings give the same answer.
 */
export function decide(found: Findings): { answer: Answer; reasons: Reason[] } {
  const reasons = [
    newSamples(found),
    labelledRows(found),
    ...found.champion ? [age(found.champion), performance(found.champion)] : [firstModel(found)],
  ];
  if (found.trigger === "force") {
    const forced: Reason = { code: "forced", speaks: "for", text: "A person asked for it", evidence: {} };
    return { answer: "retrain", reasons: [forced, ...reasons] };
  }
  if (found.cutoffs < found.cutoffsMin || found.unseenRows < found.unseenRowsMin) {
    return { answer: "cannot tell yet", reasons };
  }
  return { answer: found.newSamples >= found.newSamplesMin ? "retrain" : "wait", reasons };
}

function newSamples({ newSamples: have, newSamplesMin: need }: Findings): Reason {
  return {
    code: "new samples",
    speaks: have >= need ? "for" : "against",
    text: `${have} new data points since the last training, ${need} needed`,
    evidence: { have, need },
  };
}

function labelledRows({ unseenRows: have, unseenRowsMin: need, cutoffs, champion }: Findings): Reason {
  const rows = champion ? "labelled rows that the serving model has not seen" : "labelled rows";
  return {
    code: "labelled rows",
    speaks: have >= need ? "for" : "against",
    text: `${have} ${rows}, ${need} needed to validate on`,
    evidence: { have, need, cutoffs },
  };
}

function firstModel({ cutoffs: have, cutoffsMin: need }: Findings): Reason {
  return {
    code: "first model",
    speaks: have >= need ? "for" : "against",
    text: `No model serves yet; ${have} labelled cut-offs, ${need} needed`,
    evidence: { have, need },
  };
}

/** Whether a champion is stale: its newest outcome is old, or most of what is known came after it. */
export function staleness(
  champion: Pick<
    NonNullable<Findings["champion"]>,
    "ageDays" | "staleAfterDays" | "rows" | "rowsNow" | "staleGrowth"
  >,
): string | null {
  const { ageDays, staleAfterDays, rows, rowsNow, staleGrowth } = champion;
  if (ageDays >= staleAfterDays) return `its newest outcome is ${Math.floor(ageDays)} days old`;
  if (rowsNow >= staleGrowth * rows) return `it was trained on ${rows} rows, ${rowsNow} are labelled now`;
  return null;
}

function age(champion: NonNullable<Findings["champion"]>): Reason {
  const why = staleness(champion);
  const { version, ageDays, staleAfterDays, rows, rowsNow } = champion;
  return {
    code: "age",
    speaks: why ? "for" : "neither",
    text: why ? `Version ${version} is stale: ${why}` : `Version ${version} is not stale`,
    evidence: { version, ageDays, staleAfterDays, rows, rowsNow },
  };
}

/** Whether the champion's loss now is above what it was validated at, by more than the margin and chance. */
export function slipped(
  { lossNow, validatedLoss, margin }: Pick<
    NonNullable<Findings["champion"]>,
    "lossNow" | "validatedLoss" | "margin"
  >,
): boolean {
  return lossNow !== null && lossNow.low > validatedLoss + margin;
}

function performance(champion: NonNullable<Findings["champion"]>): Reason {
  const { lossNow, validatedLoss, version } = champion;
  if (lossNow === null) {
    return {
      code: "performance",
      speaks: "neither",
      text: `Too few outcomes to say how version ${version} does now`,
      evidence: { version, validatedLoss, lossNow: null },
    };
  }
  const fell = slipped(champion);
  return {
    code: "performance",
    speaks: fell ? "for" : "neither",
    text: fell
      ? `Version ${version} does worse than when it was validated`
      : `Version ${version} does as when it was validated, within chance`,
    evidence: {
      version,
      validatedLoss,
      lossNow: lossNow.mean,
      low: lossNow.low,
      high: lossNow.high,
      rows: lossNow.n,
    },
  };
}
