import type { ModelEconomics } from "../models/model.ts";
import type { ModelConfig } from "../config/retraining.ts";
import { cycleCost, type Economics, type Found } from "./economics.ts";
import { gainOver } from "./gain.ts";
import type { CycleImpact, Impact } from "./impact.ts";
import { type Part, sumOf } from "./money.ts";
import { horizonsServed, type Move } from "./served.ts";
import type { ValuedStage } from "./stage.ts";

/** One cycle whose version came to serve everyone, with what was measured of it. */
export interface DeployedCycle {
  id: string;
  number: number;
  asOf: string;
  outcome: string;
  trigger: string;
  reasons: readonly { code: string; speaks: string; text: string }[];
  version: number;
  against: number | null;
  seconds: number;
  validation: ValuedStage;
  outcomes: ValuedStage;
}

/** All that a summary rests on. */
export interface ImpactInput {
  model: string;
  asOf: string;
  config: ModelConfig;
  /** what the configuration states of money, by which stages were told */
  found: Found;
  currency: string;
  /** oldest first */
  moves: readonly Move[];
  /** newest first */
  deployed: readonly DeployedCycle[];
  /** every cycle that ended */
  ended: { cycles: number; seconds: number };
  curve: Impact["curve"];
}

interface CycleReport {
  impact: CycleImpact;
  measured: Part[];
  estimated: Part[];
}

/**
 * Computes the worth of retraining from what was measured and the economics in force: the same input gives the same
 * answer.
 */
export function summarise(input: ImpactInput): Impact {
  const { model, asOf, config, found, currency, deployed, ended, curve } = input;
  const cycleReports = deployed.map((cycle) => reportCycle(input, cycle));
  const retrained = cycleReports.filter(({ impact }) => impact.against !== null);
  const cost = cycleCost(ended.seconds, config, ended.cycles);
  const sum = (stage: "measured" | "estimated") =>
    gainOver(retrained.flatMap((t) => t[stage]), { cost, confidence: config.confidence });
  return {
    model,
    asOf,
    currency,
    economics: economicsText(found),
    cycles: cycleReports.map(({ impact }) => impact),
    total: {
      deployments: retrained.length,
      measured: sum("measured"),
      estimated: sum("estimated"),
      ...ended,
      cost,
    },
    byReason: byReason(retrained, config.confidence),
    curve,
    forecasts: [],
    widened: 1,
    assumptions: found.kind === "stated" ? assumptionsOf(found.use, found.economics) : [],
  };
}

function reportCycle(
  { moves, asOf, config }: ImpactInput,
  { id, validation, outcomes, seconds, reasons, ...cycle }: DeployedCycle,
): CycleReport {
  const { confidence, horizon_days: horizonDays } = config;
  const served = horizonsServed(moves, cycle.version, { asOfMs: Date.parse(asOf), horizonDays });
  const lasting = (part: Part | null, horizons: number): Part[] =>
    part ? [{ ...part, scale: part.scale * horizons }] : [];
  const measured = lasting(outcomes.part, Math.min(1, served));
  const estimated = lasting(outcomes.part ?? validation.part, served);
  const cost = cycleCost(seconds, config);
  const spoke = reasons.filter(({ speaks }) => speaks === "for").map(({ code, text }) => ({ code, text }));
  return {
    measured,
    estimated,
    impact: {
      ...cycle,
      cycle: id,
      seconds,
      cost,
      horizonsServed: served,
      reasons: spoke,
      because: becauseOf(spoke) ?? cycle.trigger,
      validation: validation.impact,
      outcomes: outcomes.impact,
      measured: gainOver(measured, { cost, confidence }),
      estimated: gainOver(estimated, { cost, confidence }),
    },
  };
}

/** Without these no cycle trains, whatever called for it. */
export const NEEDED: ReadonlySet<string> = new Set(["new samples", "labelled rows"]);

/** Returns the reasons for a retraining, without what every one needs. */
export const becauseOf = (reasons: readonly { code: string }[]): string | undefined =>
  reasons.map(({ code }) => code).filter((code) => !NEEDED.has(code)).join(", ") || undefined;

function byReason(cycleReports: readonly CycleReport[], confidence: number): Impact["byReason"] {
  const groups = new Map<string, CycleReport[]>();
  for (const report of cycleReports) {
    const reason = report.impact.because;
    groups.set(reason, [...groups.get(reason) ?? [], report]);
  }
  return [...groups].map(([reason, group]) => {
    const parts = group.flatMap((report) => report.estimated);
    return {
      reason,
      deployments: group.length,
      estimated: parts.length > 0 ? sumOf(parts, { confidence }) : null,
    };
  });
}

function economicsText(economics: Found): Impact["economics"] {
  if (economics.kind === "none") {
    const text = "The model's file states no economics: its predictions are no money by themselves";
    return { stated: false, missing: [], basis: null, text };
  }
  if (economics.kind === "missing") {
    const text = `State your economics: perennial config set ${
      economics.settings.map((name) => `${name}=...`).join(" ")
    }`;
    return { stated: false, missing: economics.settings, basis: null, text };
  }
  const { effect, contactCost, budget, basis } = economics.economics;
  const limit = budget === Infinity ? "no limit of contacts" : `at most ${budget} contacts a horizon`;
  const text = `a contact earns ${
    Number(effect.toPrecision(4))
  } x the outcome and costs ${contactCost}; ${limit}`;
  return { stated: true, missing: [], basis, text };
}

function assumptionsOf(use: ModelEconomics, economics: Economics): string[] {
  const contact = use === "retention"
    ? "Once a horizon the shop contacts the shoppers most likely to stay away. A contact keeps the stated share of those " +
      "who would have; on all others it is wasted."
    : economics.basis === "profit"
    ? "Once a horizon the shop contacts the shoppers predicted to spend most. A contact raises what a shopper spends by " +
      "the stated share."
    : "What a contact adds is not stated (offer_lift): told is the margin on all that the contacted spend, which ranks " +
      "models and is no profit, so there is no return either.";
  return [
    contact,
    "Each model contacts from where a contact pays for itself, or from a threshold that rows other than those it is judged " +
    "on prove better.",
    "Measured is the first horizon after a deployment, as far as the version served in it. The estimate takes its uplift, " +
    "or the validation's where outcomes are not known yet, to last as long as the version served.",
    "The total leaves out the first version, which replaced a guess, and counts the cost of every cycle.",
    "Intervals allow for shoppers met more than once. They do not allow for a contact working otherwise than stated.",
  ];
}
