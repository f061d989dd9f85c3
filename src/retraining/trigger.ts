import { count } from "../format/numbers.ts";
import { beginsCycle } from "./begins_cycle.ts";
import type { Answer, Reason } from "./check.ts";
import type { Findings, Trouble } from "./findings.ts";
import { nothingToLearn } from "./learnable.ts";
import { decideWorth, type WorthDecision } from "./worth/decide.ts";
import { type PriceBasis, priceText } from "./worth/price.ts";
import type { RecalibrationInput } from "./worth/recalibration.ts";

type Champion = NonNullable<Findings["champion"]>;

/**
 * Decides whether to retrain, with every reason and its evidence. In this order: a person's force passes by the trigger
 * (not the validation); broken data stop everything else; without anything to learn nothing can be told; a rollout that runs is waited for; what speaks for retraining needs labelled rows that show the
 * change, else the answer is "cannot tell yet". A pure function: the same findings give the same answer.
 */
export function decide(findings: Findings): { answer: Answer; reasons: Reason[] } {
  const weighed = findings.champion && findings.worth ? decideWorth(findings.worth) : null;
  const reasons = [
    ...learnable(findings),
    ...weighed ? [worth(weighed, findings.worth?.priceBasis ?? null)] : [],
    ...weighed && findings.worth?.recalibration ? [recalibration(weighed, findings.worth.recalibration)] : [],
    ...findings.quality ? [dataQuality(findings.quality)] : [],
    ...findings.rollout ? [rollout(findings.rollout)] : [],
    newSamples(findings),
    labelledRows(findings),
    ...findings.champion ? ofChampion(findings, findings.champion) : [firstModel(findings)],
  ];
  if (findings.trigger === "force") {
    const forced: Reason = { code: "forced", speaks: "for", text: "A person asked for it", evidence: {} };
    return { answer: "retrain", reasons: [forced, ...reasons] };
  }
  return { answer: answerOf(findings, reasons, weighed), reasons };
}

/** One question at a time: what is being rolled out was trained on what speaks for retraining now, or most of it. */
function rollout({ id, version, strategy, since }: NonNullable<Findings["rollout"]>): Reason {
  return {
    code: "rollout",
    speaks: "against",
    text: `Version ${version} is being rolled out (${strategy}, since ${day(since)})`,
    evidence: { rollout: id, version, since },
  };
}

/** Why no model can be trained, where none can. */
function learnable({ learnable }: Findings): Reason[] {
  const text = learnable && nothingToLearn(learnable);
  if (!learnable || !text) return [];
  const { events, purchases, rows, lowest, highest } = learnable;
  return [{
    code: "nothing to learn",
    speaks: "against",
    text,
    evidence: { events, purchases, rows, lowest, highest },
  }];
}

/** Reasons that are needed, but call for nothing by themselves. */
const NEEDED = new Set<Reason["code"]>(["data quality", "new samples", "labelled rows"]);

function answerOf(findings: Findings, reasons: readonly Reason[], weighed: WorthDecision | null): Answer {
  if (findings.quality && findings.quality.broken.length > 0) return "fix data first";
  if (reasons.some(({ code }) => code === "nothing to learn")) return "cannot tell yet";
  if (findings.rollout) return "wait";
  if (weighed) return weighedAnswer(findings, weighed);
  const calls = reasons.filter(({ code, speaks }) => speaks === "for" && !NEEDED.has(code));
  const enough = findings.cutoffs >= findings.cutoffsMin && findings.unseenRows >= findings.unseenRowsMin;
  if (!enough && (calls.length > 0 || findings.champion === null)) return "cannot tell yet";
  if (calls.length > 0) return findings.newSamples >= findings.newSamplesMin ? "retrain" : "wait";
  return reasons.some(waitsForOutcomes) ? "cannot tell yet" : "wait";
}

/** Where worth is weighed, all else that was found has gone into its forecast. */
function weighedAnswer(findings: Findings, { answer }: WorthDecision): Answer {
  const enough = findings.cutoffs >= findings.cutoffsMin && findings.unseenRows >= findings.unseenRowsMin;
  return beginsCycle(answer) && !enough ? "cannot tell yet" : answer;
}

/** Training against waiting, in loss of one cut-off. */
function worth(
  { answer, text, gain, price, advantage, chance, turns, forecast }: WorthDecision,
  basis: PriceBasis | null,
): Reason {
  return {
    code: "worth",
    speaks: answer === "retrain" ? "for" : answer === "cannot tell yet" ? "neither" : "against",
    text: basis === null ? text : `${text} (${priceText(basis)})`,
    evidence: {
      gain: gain.mean,
      low: gain.low,
      high: gain.high,
      cutoffs: forecast.length,
      price,
      advantage,
      chance,
      turns,
    },
  };
}

/** The third sum: recalibrating what serves, or why it is not weighed. */
function recalibration(
  { answer, recalibration: worth }: WorthDecision,
  { text, possible, windows }: RecalibrationInput,
): Reason {
  if (!worth) {
    return {
      code: "recalibration",
      speaks: "neither",
      text: possible
        ? `Recalibrating is not weighed: ${windows.length} labelled windows say what it saves, 2 needed`
        : `Recalibrating is not possible: ${text}`,
      evidence: { windows: windows.length },
    };
  }
  return {
    code: "recalibration",
    speaks: answer === "recalibrate" ? "for" : "against",
    text: `${worth.text} (${text})`,
    evidence: {
      gain: worth.gain.mean,
      low: worth.gain.low,
      high: worth.gain.high,
      cutoffs: worth.windows,
      price: worth.price,
      advantage: worth.advantage,
      windows: windows.length,
    },
  };
}

/** Something changed, and whether it harms the model shows only once outcomes are there. */
const waitsForOutcomes = ({ evidence }: Reason) => evidence.outcomesFrom !== undefined;

function ofChampion(findings: Findings, champion: Champion): Reason[] {
  return [
    routine(findings),
    age(champion),
    findings.outcomes ? outcomes(findings.outcomes, champion) : performance(champion),
    ...findings.quality && findings.quality.changed.length > 0
      ? [changedShop(findings, findings.quality.changed)]
      : [],
    ...findings.drift ? [drift(findings, findings.drift)] : [],
  ];
}

/** Texts for data that stop nothing. */
const SOUND: Record<NonNullable<Findings["quality"]>["answer"], string> = {
  sound: "The data are sound",
  changed: "The data are sound, the shop has changed",
  broken: "What was broken has ended or was accepted; cut-offs that it spoils stay out of every training",
  "cannot tell yet": "Too little history to judge the data by",
};

function dataQuality({ answer, broken }: NonNullable<Findings["quality"]>): Reason {
  if (broken.length === 0) {
    const text = SOUND[answer];
    return { code: "data quality", speaks: "neither", text, evidence: { findings: 0 } };
  }
  const [first] = broken;
  const others = broken.length > 1 ? ` (and ${broken.length - 1} more)` : "";
  return {
    code: "data quality",
    speaks: "against",
    text: `Fix the data first: ${first.text}${others}`,
    evidence: {
      findings: broken.length,
      finding: first.key,
      kind: first.kind,
      subject: first.subject,
      rows: first.rows,
    },
  };
}

function newSamples({ newSamples: have, newSamplesMin: need }: Findings): Reason {
  return {
    code: "new samples",
    speaks: have >= need ? "for" : "against",
    text: `${count(have)} new data points since the last training, ${count(need)} needed`,
    evidence: { have, need },
  };
}

function labelledRows({ unseenRows: have, unseenRowsMin: need, cutoffs, champion }: Findings): Reason {
  const rows = champion ? "labelled rows that the serving model has not seen" : "labelled rows";
  return {
    code: "labelled rows",
    speaks: have >= need ? "for" : "against",
    text: `${count(have)} ${rows}, ${count(need)} needed to validate on`,
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

/** Data that nothing speaks against are worth a training now and then: the validation decides what becomes of it. */
function routine({ newCutoffs: have, routineCutoffs: need, nextLabelled }: Findings): Reason {
  if (need === 0) {
    return { code: "routine", speaks: "neither", text: "Routine training is off", evidence: { have, need } };
  }
  const due = have >= need;
  const next = !due && nextLabelled ? `, the next on ${day(nextLabelled)}` : "";
  return {
    code: "routine",
    speaks: due ? "for" : "neither",
    text: `${
      have === 1 ? "1 cut-off was" : `${have} cut-offs were`
    } labelled since the last training, ${need} ${need === 1 ? "calls" : "call"} for a routine one${next}`,
    evidence: { have, need },
  };
}

/** Whether a champion is stale: its newest outcome is old, or most of what is known came after it. */
export function staleness(
  champion: Pick<Champion, "ageDays" | "staleAfterDays" | "rows" | "rowsNow" | "staleGrowth">,
): string | null {
  const { ageDays, staleAfterDays, rows, rowsNow, staleGrowth } = champion;
  if (ageDays >= staleAfterDays) return `its newest outcome is ${Math.floor(ageDays)} days old`;
  if (rowsNow >= staleGrowth * rows) {
    return `it was trained on ${count(rows)} rows, ${count(rowsNow)} are labelled now`;
  }
  return null;
}

function age(champion: Champion): Reason {
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
  { lossNow, validatedLoss, margin }: Pick<Champion, "lossNow" | "validatedLoss" | "margin">,
) {
  return lossNow !== null && lossNow.low > validatedLoss + margin;
}

/** Speaks where no predictions were stored that could have met their outcomes. */
function performance(champion: Champion): Reason {
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

function outcomes({ answer, text, rows }: NonNullable<Findings["outcomes"]>, { version }: Champion): Reason {
  return {
    code: "outcomes",
    speaks: answer === "fell" ? "for" : "neither",
    text,
    evidence: { version, rows, answer },
  };
}

/** A catalogue or a mix that is not what it was: the model must learn it, from rows that show it. */
function changedShop(findings: Findings, [first, ...others]: readonly Trouble[]): Reason {
  const text = `${first.text}${others.length > 0 ? ` (and ${others.length} more changes)` : ""}`;
  return shown(
    findings,
    { code: "changed shop", since: first.from, text, evidence: { finding: first.key } },
    true,
  );
}

/**
 * Shifted inputs warn early; outcomes decide. Before they are in, nobody can tell; once they are, a model that holds on
 * them is left alone however the inputs look, and one of which they cannot say that it holds is retrained. A burst
 * that explains the shift ends by itself.
 */
function drift(findings: Findings, { answer, text, since, top }: NonNullable<Findings["drift"]>): Reason {
  const [first] = top;
  const evidence = {
    answer,
    since,
    feature: first?.feature ?? null,
    shift: first?.shift ?? null,
    p: first?.p ?? null,
  };
  if (answer !== "drifted" || since === null) return { code: "drift", speaks: "neither", text, evidence };
  const burst = findings.quality?.passing[0];
  if (burst) {
    return {
      code: "drift",
      speaks: "neither",
      text: `${text}; it goes with what passes: ${burst.text}`,
      evidence,
    };
  }
  if (findings.outcomes?.answer === "holds" && isLabelled(findings, since)) {
    return {
      code: "drift",
      speaks: "neither",
      text: `${text}; by its outcomes the model still holds`,
      evidence,
    };
  }
  return shown(findings, { code: "drift", since, text, evidence }, findings.outcomes?.answer !== "holds");
}

/** A change speaks for retraining once labelled rows show it; until then it says when they will. */
function shown(
  findings: Findings,
  { code, since, text, evidence }: Pick<Reason, "code" | "text" | "evidence"> & { since: string },
  speaks: boolean,
): Reason {
  if (isLabelled(findings, since)) {
    return { code, speaks: speaks ? "for" : "neither", text, evidence: { ...evidence, since } };
  }
  const from = findings.nextLabelled;
  return {
    code,
    speaks: "neither",
    text: `${text}; whether it harms the model shows with the outcomes${
      from ? `, the next on ${day(from)}` : ""
    }`,
    evidence: { ...evidence, since, outcomesFrom: from },
  };
}

/** Whether outcomes are complete of a cut-off at or after a moment. */
const isLabelled = ({ newestLabelled }: Findings, since: string) =>
  newestLabelled !== null && Date.parse(newestLabelled) >= Date.parse(since);

const day = (iso: string) => iso.slice(0, 10);
