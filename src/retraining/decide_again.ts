/** A stored check or verdict, decided again as another configuration would have it: pure functions over what was stored. */
import type { Answer, Reason, StoredCheck } from "./check.ts";
import { Findings } from "./findings.ts";
import { PerformanceReport } from "../performance/report.ts";
import { decide, staleness } from "./trigger.ts";
import { levelOf } from "./worth/evidence.ts";
import { priceOfBudget, QUARTER_DAYS } from "./worth/price.ts";
import { trainingsAt } from "./worth/replay_history.ts";
import type { ModelConfig } from "../config/retraining.ts";
import { verdictOf } from "../validation/gate.ts";
import { atConfidence } from "../stats/paired.ts";
import type { Evidence, Verdict } from "../validation/verdict.ts";

/** The changes for one model: settings that differ, with the value wanted. All others stay as they were then. */
export interface Wanted {
  changed: ReadonlySet<string>;
  config: ModelConfig;
  /** relative rise of the loss that counts as no worse where the configuration names none */
  modelMargin: number;
}

/** The answer that would have been given, and why; null: it cannot be told. */
export interface Again<T> {
  would: T | null;
  text: string;
}

/** Settings that change which rows, labels or cut-offs there are: what was stored is of another protocol. */
const PROTOCOL = ["horizon_days", "active_days", "activity", "step_days", "first_cutoff"];
/** Settings that went into looks as they were made, and are sealed with their evidence. */
const SEALED = ["false_alarm_days", "monitor_sample"];
/** Settings that would have trained another challenger, or judged it on other rows. */
const RETRAINED = ["max_train_cutoffs", "seed", "validation_rows"];

const anyOf = ({ changed }: Wanted, names: readonly string[]) => names.find((name) => changed.has(name));

/** Decides a check again. */
export function checkAgain(check: StoredCheck, wanted: Wanted): Again<Answer> {
  const parsed = Findings.safeParse(check.findings);
  if (!parsed.success) {
    return cannot(
      check.findings === null
        ? "it was made by a release that kept no evidence"
        : "its stored evidence cannot be read by this release",
    );
  }
  const findings = parsed.data;
  if (decide(findings).answer !== check.answer) {
    return cannot("this release decides otherwise by the same evidence; perennial explain shows where");
  }
  if (findings.trigger === "force") return { would: "retrain", text: "A person asked for it" };
  const protocol = anyOf(wanted, PROTOCOL);
  if (protocol) return cannot(`${protocol} changes which rows there are`);
  if (wanted.changed.has("retrain_policy") && wanted.config.retrain_policy === "worth" && !findings.worth) {
    return cannot("what each version lost on each cut-off was not stored");
  }
  if (
    wanted.changed.has("recalibrate") && wanted.config.recalibrate && findings.worth?.recalibration === null
  ) {
    return cannot("what a recalibration would have saved was not stored");
  }
  const isInMoney = findings.worth?.priceBasis?.by === "money";
  if (
    wanted.changed.has("training_price_by") && wanted.config.training_price_by === "money" &&
    findings.worth && !isInMoney
  ) {
    return cannot("what a unit of loss costs in money was not stored");
  }
  const sealed = anyOf(wanted, SEALED);
  if (sealed && (findings.quality || findings.drift || findings.outcomes)) {
    return cannot(`${sealed} went into its looks as they were made`);
  }
  return decided(possible(withSettings(findings, wanted), wanted), check);
}

/** The same findings with the thresholds that are wanted. */
function withSettings(findings: Findings, { changed, config, modelMargin }: Wanted): Findings {
  const or = <K extends keyof ModelConfig, T>(name: K, was: T) => changed.has(name) ? config[name] as T : was;
  const champion = findings.champion && {
    ...findings.champion,
    staleAfterDays: or("stale_after_days", findings.champion.staleAfterDays),
    staleGrowth: or("stale_growth", findings.champion.staleGrowth),
    margin: changed.has("margin")
      ? (config.margin ?? modelMargin) * findings.champion.validatedLoss
      : findings.champion.margin,
    lossNow: findings.champion.lossNow && changed.has("confidence")
      ? atConfidence(findings.champion.lossNow, config.confidence)
      : findings.champion.lossNow,
  };
  return {
    ...findings,
    champion,
    worth: worthAgain(findings.worth, { changed, config }),
    newSamplesMin: or("min_new_samples", findings.newSamplesMin),
    cutoffsMin: or("min_train_cutoffs", findings.cutoffsMin),
    unseenRowsMin: or("min_validation_rows", findings.unseenRowsMin),
    routineCutoffs: or("routine_cutoffs", findings.routineCutoffs),
  };
}

/** Worth weighed at another price; with the routine it is not weighed. */
function worthAgain(
  worth: Findings["worth"],
  { changed, config }: Pick<Wanted, "changed" | "config">,
): Findings["worth"] {
  if (!worth || (changed.has("retrain_policy") && config.retrain_policy === "routine")) return null;
  const { price, priceBasis } = priceAgain(worth, { changed, config });
  const recalibration = changed.has("recalibrate") && !config.recalibrate ? null : worth.recalibration;
  return { ...worth, price, priceBasis, recalibration };
}

const PRICES = ["training_price", "training_price_by", "training_budget"];

/** The price as it would be. In money it stands as it was found: what a unit of loss costs is sealed with it. */
function priceAgain(
  worth: NonNullable<Findings["worth"]>,
  { changed, config }: Pick<Wanted, "changed" | "config">,
): Pick<NonNullable<Findings["worth"]>, "price" | "priceBasis"> {
  const { price, priceBasis, versions, windows } = worth;
  const isAsked = PRICES.some((name) => changed.has(name));
  const by = changed.has("training_price_by") ? config.training_price_by : priceBasis?.by ?? "share";
  const level = levelOf(versions, windows);
  if (!isAsked || by === "money") return { price, priceBasis };
  if (by === "share" || config.training_budget === null) {
    const share = changed.has("training_price") || changed.has("training_price_by")
      ? config.training_price
      : price / level;
    return { price: share * level, priceBasis: { by: "share", share, instead: null } };
  }
  const budget = { trainings: config.training_budget, windows: QUARTER_DAYS / config.step_days };
  const asked = { windows: windows.length, level, trainingsAt: (at: number) => trainingsAt(worth, at) };
  return {
    price: priceOfBudget(budget, asked),
    priceBasis: { by: "budget", ...budget, replayed: windows.length },
  };
}

/** Returns the findings as they may have been: a margin and a confidence are sealed into what the outcomes said. */
function possible(findings: Findings, wanted: Wanted): Findings[] {
  const { outcomes } = findings;
  if (!outcomes || !anyOf(wanted, ["margin", "confidence"])) return [findings];
  return PerformanceReport.shape.answer.options.map((answer) => ({
    ...findings,
    outcomes: { ...outcomes, answer },
  }));
}

/** Explains an answer by the reasons that speak otherwise than they did; where none does, by the weightiest. */
function because(
  answer: Answer,
  reasons: readonly Reason[],
  { reasons: before }: Pick<StoredCheck, "reasons">,
): string {
  const turned = reasons.filter((r) => before.some((b) => b.code === r.code && b.speaks !== r.speaks));
  const speaks = answer === "retrain" ? "for" : "against";
  const telling = turned.length > 0 ? turned : reasons.filter((r) => r.speaks === speaks).slice(-1);
  return (telling.length > 0 ? telling : reasons.slice(0, 1)).map((r) => r.text).join("; ");
}

function decided(all: readonly Findings[], check: StoredCheck): Again<Answer> {
  const [first, ...others] = all.map(decide);
  if (others.some(({ answer }) => answer !== first.answer)) {
    return cannot("what its outcomes said rests on the margin and confidence of then");
  }
  const { answer, reasons } = first;
  return { would: answer, text: because(answer, reasons, check) };
}

/**
 * Decides a validation again.
 * @param findings what the check of its cycle found, which says how old the champion was; null: not stored
 */
export function verdictAgain(
  { verdict, evidence }: { verdict: Verdict; evidence: Evidence },
  findings: Findings | null,
  wanted: Wanted,
): Again<Verdict> {
  if (verdictOf(evidence).verdict !== verdict) {
    return cannot("this release decides otherwise by the same evidence");
  }
  const other = anyOf(wanted, [...PROTOCOL, ...RETRAINED]);
  if (other) return cannot(`with another ${other} another challenger, or other rows, would have been judged`);
  const ways = conditions(evidence, findings, wanted).map((condition) =>
    verdictOf({ ...withGate(evidence, wanted), ...condition })
  );
  const [first] = ways;
  if (ways.some((way) => way.verdict !== first.verdict)) {
    return cannot(
      "it rests on whether the champion was stale or failing then, which was not kept in numbers",
    );
  }
  return { would: first.verdict, text: first.why };
}

/** The same evidence with the thresholds that are wanted. */
function withGate(evidence: Evidence, { changed, config, modelMargin }: Wanted): Evidence {
  const at = (interval: Evidence["difference"]) =>
    changed.has("confidence") ? atConfidence(interval, config.confidence) : interval;
  return {
    ...evidence,
    difference: at(evidence.difference),
    segments: evidence.segments.map((s) => ({ ...s, difference: at(s.difference) })),
    gate: changed.has("gate") ? config.gate : evidence.gate,
    threshold: changed.has("performance_threshold") ? config.performance_threshold : evidence.threshold,
    segmentMargin: changed.has("segment_margin") ? config.segment_margin : evidence.segmentMargin,
    margin: changed.has("margin") ? (config.margin ?? modelMargin) * evidence.championLoss : evidence.margin,
  };
}

type Condition = Pick<Evidence, "stale" | "failing">;

/** Returns the possible conditions of the champion: what cannot be computed again is taken either way. */
function conditions(evidence: Evidence, findings: Findings | null, wanted: Wanted): Condition[] {
  const stale = staleAgain(evidence, findings, wanted);
  const failing = anyOf(wanted, ["margin", "confidence"]) && evidence.against === "champion"
    ? [true, false]
    : [evidence.failing];
  return stale.flatMap((s) => failing.map((f) => ({ stale: s, failing: f })));
}

function staleAgain({ stale }: Evidence, findings: Findings | null, wanted: Wanted): boolean[] {
  if (!anyOf(wanted, ["stale_after_days", "stale_growth"])) return [stale];
  const champion = findings?.champion;
  if (!champion || (staleness(champion) !== null) !== stale) return [true, false];
  return [staleness(withSettings(findings, wanted).champion!) !== null];
}

const cannot = (text: string): { would: null; text: string } => ({ would: null, text });
