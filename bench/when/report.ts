import type { Report, Table } from "../shared/report.ts";
import { interval, mean, meanOverSets } from "./bootstrap.ts";
import { NOW, RECALIBRATING } from "./policies/mod.ts";
import { BEST_PERIOD, LEVELS, type Result } from "./run.ts";
import {
  bestPeer,
  excess,
  type Group,
  groupOf,
  GROUPS,
  headroom,
  headroomBySet,
  LITTLE,
  meanExcess,
  pairedExcess,
  placement,
  policiesOf,
  shareOfHeadroom,
  unitsOf,
} from "./summary.ts";
import { OLDER_BY, type Power } from "./power.ts";
import { NO_DRIFT, type Target, targetsOf } from "./targets.ts";

const percent = (share: number) => Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "-";
const plain = (value: number) => Number.isFinite(value) ? value.toFixed(2) : "-";

export function reportOf(results: readonly Result[], powers: readonly Power[]): Report {
  const gains = headroomBySet(results);
  const isOpen = ({ set }: Result) => gains.get(set)! >= LITTLE;
  const open = results.filter(isOpen);
  const apart = results.filter((r) => !isOpen(r));
  const targets = targetsOf(results, open);
  const tables: Table[] = [shortTable(results), headroomTable(results)];
  if (targets.length > 0) {
    tables.push(...targetTables(targets));
  }
  if (open.length > 0) {
    tables.push(policyTable("Policies, where the oracle gains 2 % or more", open), ...differenceTables(open));
  }
  if (apart.length > 0) tables.push(policyTable("Policies, where the oracle gains less than 2 %", apart));
  tables.push(...GROUPS.flatMap((group) => setTable(results, group)), ...recalibrationTable(results));
  tables.push(...noDriftTable(results), powerTable(powers, results));
  return {
    name: "when",
    title: "When to retrain",
    method: METHOD,
    tables,
    notes: NOTES,
    figures: { targets, headroom: Object.fromEntries(gains), means: meansOf(results) },
  };
}

/** The answer first: what the rule pays above the oracle, beside the best peer and the best calendar in hindsight. */
function shortTable(results: readonly Result[]): Table {
  const groups = GROUPS.filter((group) => results.some((r) => groupOf(r) === group));
  return {
    title: "In short: cost above the oracle's, mean over all sets",
    head: ["labels", NOW, RECALIBRATING, "best peer", "", BEST_PERIOD, "never"],
    rows: groups.map((group) => {
      const part = results.filter((r) => groupOf(r) === group);
      const peer = bestPeer(part);
      const of = (policy: string) => percent(meanExcess(part, policy));
      return [group, of(NOW), of(RECALIBRATING), of(peer), peer, of(BEST_PERIOD), of("never")];
    }),
  };
}

/** The targets, one table for each of our policies. */
function targetTables(targets: readonly Target[]): Table[] {
  return [...Map.groupBy(targets, ({ policy }) => policy)].map(([policy, own]) => ({
    title: `What was asked for, and "${policy}"`,
    head: ["", "found", "holds"],
    rows: own.map(({ what, found, holds }) => [what, found, holds ? "yes" : "NO"]),
  }));
}

/** Why more is hard to have: how long it takes until a training's gain shows, beside how often the oracle trains. */
function powerTable(powers: readonly Power[], results: readonly Result[]): Table {
  return {
    title: "What the data can tell",
    head: [
      "set, learner",
      `gain over ${OLDER_BY} blocks older`,
      "its error on a block",
      "its scatter over blocks",
      "blocks until it shows",
      "blocks between the oracle's trainings",
      "best period's excess",
    ],
    rows: powers.map(({ set, learner, gain, error, scatter, blocksToSee }) => {
      const rows = results.filter((r) => r.set === set && r.learner === learner && r.policy === "never");
      const trainings = mean(rows.map((r) => r.placement.episodes));
      return [
        `${set}, ${learner}`,
        percent(gain),
        percent(error),
        percent(scatter),
        Number.isFinite(blocksToSee) ? String(Math.ceil(blocksToSee)) : "-",
        (mean(rows.map((r) => r.decisions)) / trainings).toFixed(1),
        percent(mean(rows.map((r) => r.bestPeriod / r.oracle - 1))),
      ];
    }),
  };
}

const METHOD =
  "Each learner is trained before every block of a set and scored on every later block; every policy replays these same " +
  `losses. Cost = price * trainings + sum over blocks of the mean loss of what served, at ${LEVELS} prices, evenly in the ` +
  "logarithm, from a hundredth of the one at which the best schedule in hindsight (the oracle) trains no more, up to that. " +
  "The first blocks are history: free, and known to everybody. A policy sees a block's labels only when they are known, " +
  "and pays for each training, also for one that its gate refuses. Excess: cost over the oracle's under the same delay. " +
  "Seeds are bootstraps of the training rows; intervals draw sets with replacement, and seeds within them.";

const NOTES = [
  "at once: labels of a block are known when the next begins; later: 1, 2 or 4 blocks after that; natural: as the data say.",
  "precision: share of trainings that saved more loss than they cost, until the policy's next; hits: share of the oracle's " +
  "trainings followed by one of the policy before the oracle's next; lag: blocks in between.",
  "the oracle trains and keeps; a rule that also recalibrates, for a fiftieth of a training's price, can cost less: its excess " +
  "is then below 0. What an oracle that may recalibrate would gain is in the table on that. No peer recalibrates.",
  `${BEST_PERIOD} is no policy: it knows what is to come. Period, CUSUM, CARA and the detectors are tuned on the history, ` +
  "at each price anew. How peers were read where their text is unclear: docs/decisions/0024.",
  `what the data can tell: loss that a fresh version saves beside one ${OLDER_BY} blocks older, as a share of its own; blocks ` +
  "until the mean of their paired differences shows that (two-sided at 5 %, with a power of 80 %); the oracle's trainings are " +
  "means over delays and prices. Where a gain takes longer to show than the oracle waits between trainings, comparing " +
  "losses comes too late: a rule has to know beforehand.",
  "Sets with one seed have narrower intervals than they deserve; sets of one shop are not independent.",
];

function headroomTable(results: readonly Result[]): Table {
  const pairs = [...new Set(results.map(({ set, learner }) => `${set}, ${learner}`))];
  return {
    title: "What there is to gain",
    head: [
      "set, learner",
      "decisions",
      "dearest training",
      "at once",
      "later",
      "natural",
      "best period",
      "labels known at once",
    ],
    rows: pairs.map((pair) => {
      const rows = results.filter((r) => `${r.set}, ${r.learner}` === pair && r.policy === "never");
      const of = (group: Group) => percent(mean(rows.filter((r) => groupOf(r) === group).map(headroom)));
      const known = rows.filter((r) => r.oracleAtOnce !== null && r.delay !== 0);
      return [
        pair,
        String(Math.max(...rows.map((r) => r.decisions))),
        Math.max(...rows.map((r) => r.alpha)).toFixed(3),
        of("at once"),
        of("later"),
        of("natural"),
        percent(mean(rows.map((r) => r.bestPeriod / r.oracle - 1))),
        percent(mean(known.map((r) => 1 - r.oracleAtOnce! / r.oracle))),
      ];
    }),
  };
}

function policyTable(title: string, results: readonly Result[]): Table {
  const rows = policiesOf(results).map((policy) => {
    const own = results.filter((r) => r.policy === policy);
    const of = (group: Group) => {
      const part = own.filter((r) => groupOf(r) === group);
      return part.length === 0 ? NaN : meanOverSets(unitsOf(part, excess));
    };
    const { trainings, precision, hits, lag } = placement(own);
    return {
      sort: meanOverSets(unitsOf(own, excess)),
      cells: [
        policy,
        percent(meanOverSets(unitsOf(own, excess))),
        ...GROUPS.map((group) => percent(of(group))),
        plain(shareOfHeadroom(results, policy)),
        percent(trainings),
        plain(precision),
        plain(hits),
        plain(lag),
      ],
    };
  });
  const sets = [...new Set(results.map(({ set }) => set))].join(", ");
  return {
    title: `${title}: ${sets}`,
    head: ["", "excess", ...GROUPS, "share of gain", "trainings a decision", "precision", "hits", "lag"],
    rows: rows.sort((a, b) => a.sort - b.sort).map(({ cells }) => cells),
  };
}

/** Ours less each of the others', with intervals. */
function differenceTables(open: readonly Result[]): Table[] {
  return [NOW, RECALIBRATING].filter((ours) => open.some((r) => r.policy === ours)).map((ours) => ({
    title: `Excess of "${ours}" less that of others`,
    head: ["", ...GROUPS],
    rows: policiesOf(open).filter((policy) => policy !== ours).map((policy) => [
      policy,
      ...GROUPS.map((group) => {
        const units = pairedExcess(open.filter((r) => groupOf(r) === group), ours, policy);
        if (units.length === 0) return "-";
        const [low, high] = interval(units);
        return `${percent(meanOverSets(units))} (${percent(low)} to ${percent(high)})`;
      }),
    ]),
  }));
}

function setTable(results: readonly Result[], group: Group): Table[] {
  const rows = results.filter((r) => groupOf(r) === group);
  const columns = [
    ...new Set(rows.map((r) => typeof r.delay === "string" ? `${r.set}, ${r.delay.slice(8)}` : r.set)),
  ];
  if (columns.length === 0) return [];
  const isOf = (r: Result, column: string) =>
    column === (typeof r.delay === "string" ? `${r.set}, ${r.delay.slice(8)}` : r.set);
  return [{
    title: `Excess on each set, labels ${group}`,
    head: ["", ...columns],
    rows: policiesOf(rows).map((policy) => [
      policy,
      ...columns.map((column) => {
        const part = rows.filter((r) => r.policy === policy && isOf(r, column));
        return part.length === 0 ? "-" : percent(mean(part.map(excess)));
      }),
    ]),
  }];
}

/** What a third action would be worth: the oracle's gain by it, and what the rule makes of it. */
function recalibrationTable(results: readonly Result[]): Table[] {
  const pairs = [...new Set(results.map(({ set, learner }) => `${set}, ${learner}`))];
  const ours = results.some((r) => r.policy === RECALIBRATING);
  return [{
    title: "What recalibration is worth, as a share of the oracle's cost without it",
    head: ["set, learner", "oracle", ...ours ? [RECALIBRATING] : []],
    rows: pairs.map((pair) => {
      const rows = results.filter((r) => `${r.set}, ${r.learner}` === pair);
      const never = rows.filter((r) => r.policy === "never");
      const recalibrating = rows.filter((r) => r.policy === RECALIBRATING);
      const without = rows.filter((r) => r.policy === NOW);
      const gain = mean(without.map((r) => r.cost / r.oracle)) -
        mean(recalibrating.map((r) => r.cost / r.oracle));
      return [
        pair,
        percent(mean(never.map((r) => 1 - r.oracleRecalibrating / r.oracle))),
        ...ours ? [percent(gain)] : [],
      ];
    }),
  }];
}

/** Trainings where there is nothing to react to: the oracle's few are what more rows are worth. */
function noDriftTable(results: readonly Result[]): Table[] {
  const rows = results.filter(({ set }) => set === NO_DRIFT);
  if (rows.length === 0) return [];
  const rate = (part: readonly Result[]) =>
    (24 * mean(part.map((r) => r.trainings / r.decisions))).toFixed(1);
  const halves = [(r: Result) => r.level < LEVELS / 2, (r: Result) => r.level >= LEVELS / 2];
  return [{
    title: "SEA without drift: trainings in 24 decisions",
    head: ["", "all prices", "four cheapest", "four dearest"],
    rows: policiesOf(rows).map((policy) => {
      const own = rows.filter((r) => r.policy === policy);
      return [policy, rate(own), ...halves.map((half) => rate(own.filter(half)))];
    }),
  }];
}

function meansOf(results: readonly Result[]) {
  const keys = [...new Set(results.map((r) => `${r.set} ${r.learner} ${r.delay} ${r.policy}`))];
  return keys.map((key) => {
    const rows = results.filter((r) => `${r.set} ${r.learner} ${r.delay} ${r.policy}` === key);
    const { set, learner, delay, policy } = rows[0];
    return {
      set,
      learner,
      delay,
      policy,
      excess: round(mean(rows.map(excess))),
      trainings: round(mean(rows.map((r) => r.trainings))),
    };
  });
}

const round = (value: number) => Math.round(value * 1e5) / 1e5;
