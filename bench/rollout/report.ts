import { wilson } from "../../src/stats/wilson.ts";
import { quantile, whole } from "../shared/figures.ts";
import type { Report, Table } from "../shared/report.ts";
import { type Played, PURCHASES, type Rates } from "./bandits.ts";
import { type End, ERROR_RATE, MARGIN, WAYS } from "./ways.ts";

/** One way's rollouts of one kind of challenger. */
export interface Cell {
  readonly shop: string;
  readonly worse: number;
  readonly shock: number;
  readonly way: string;
  readonly ends: readonly End[];
}

export interface PolicyCell {
  readonly rates: Rates;
  readonly policy: string;
  readonly played: readonly Played[];
}

/** A share of runs with its 95 % interval. */
interface Rate {
  readonly count: number;
  readonly runs: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

function rateOf(count: number, runs: number): Rate {
  const share = count / runs;
  const { low, high } = wilson(share, runs, 0.95);
  return { count, runs, share, low: Math.max(0, low), high: Math.min(1, high) };
}

const OURS = ["canary", "shadow", "ab"];
const KINDS = ["promoted", "rolled back", "undecided"] as const;

/** The decision that is wrong for such a challenger; null: within the margin either is right. */
const wrongKind = (worse: number) => worse >= MARGIN ? "promoted" : worse <= 0 ? "rolled back" : null;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const withInterval = ({ share, low, high }: Rate) =>
  `${percent(share)} (${percent(low)} to ${percent(high)})`;
const points = (worse: number) =>
  worse === 0
    ? "equal"
    : `${worse < 0 ? "better" : "worse"} by ${Math.round(100 * Math.abs(worse))} point${
      Math.abs(worse) > 0.01 ? "s" : ""
    }`;
const countOf = ({ ends }: Cell, kind: End["kind"]) => ends.filter((end) => end.kind === kind).length;

export function reportOf(cells: readonly Cell[], policies: readonly PolicyCell[]): Report {
  const runs = cells[0].ends.length;
  const wrong = cells.flatMap((cell) => {
    const kind = wrongKind(cell.worse);
    return kind ? [{ ...cell, kind, rate: rateOf(countOf(cell, kind), cell.ends.length) }] : [];
  });
  const independent = wrong.filter(({ shock }) => shock === 0);
  return {
    name: "rollout",
    title: "Rollouts: wrong decisions, time and regret",
    method: methodOf(runs, policies[0].played.length),
    tables: [
      wrongTable(independent),
      ...[...new Set(cells.map(({ shop }) => shop))].map((shop) => endsTable(shop, cells)),
      regretTable(policies),
    ],
    notes: [...claims(independent, cells), ...banditClaims(policies), ...shockNotes(wrong), ...CAREFUL],
    figures: {
      errorRate: ERROR_RATE,
      margin: MARGIN,
      cells: cells.map(summary),
      policies: policies.map(policySummary),
    },
  };
}

const methodOf = (runs: number, plays: number) =>
  `${
    whole(runs)
  } simulated rollouts per kind of challenger; every way decides the same ones, looking once a day for 84 ` +
  "days. Both versions answer about each shopper, who comes once; the champion is right about 75 %, one of the two and " +
  "not the other about 12 %; outcomes come 28 days late. The loss is 0/1. A challenger may be worse by less than 2 points " +
  "(the margin); four segments of equal size may be worse by a tenth of the champion's loss. Stated error: at most " +
  `${
    percent(ERROR_RATE)
  } of rollouts of a challenger worse by the margin or more are promoted, and at most as many of ` +
  "one that is equal or better are rolled back, for whatever reason. Perennial's decisions are those of `decideRollout`, " +
  `undecided: hold. Flagger's rule has the values of its documentation (${WAYS.at(-1)!.about}). Bandits: ${
    whole(plays)
  } ` +
  `shops each, ${PURCHASES.shoppersPerDay} shoppers a day for ${PURCHASES.days} days, three versions, purchases known ` +
  `${PURCHASES.rewardDays} days later.`;

function wrongTable(wrong: readonly (Cell & { kind: string; rate: Rate })[]): Table {
  const rows = wrong.filter(({ way }) => way === WAYS[0].name);
  const rate = (way: string, { shop, worse }: Cell) =>
    wrong.find((one) => one.way === way && one.shop === shop && one.worse === worse)!.rate;
  return {
    title:
      "Wrong decisions: promoted although worse by the margin or more, rolled back although no worse (95 % interval)",
    head: ["", ...WAYS.map(({ name }) => name)],
    rows: rows.map((row) => [
      `${points(row.worse)}, ${row.kind}; ${row.shop}`,
      ...WAYS.map(({ name }) => withInterval(rate(name, row))),
    ]),
  };
}

function endsTable(shop: string, cells: readonly Cell[]): Table {
  const effects = [...new Set(cells.filter((cell) => cell.shop === shop).map(({ worse }) => worse))];
  return {
    title:
      `${shop}: promoted / rolled back / undecided in % of rollouts; median days until the end, shoppers with outcomes by then`,
    head: ["", ...effects.map(points)],
    rows: WAYS.map(({ name }) => [
      name,
      ...effects.map((worse) => {
        const cell = cells.find((one) => one.shop === shop && one.way === name && one.worse === worse)!;
        const shares = KINDS.map((kind) => Math.round(100 * countOf(cell, kind) / cell.ends.length));
        const { days, outcomes } = medians(cell);
        return `${shares.join(" / ")}; ${days} d, ${whole(outcomes)}`;
      }),
    ]),
  };
}

const medians = ({ ends }: Cell) => ({
  days: quantile(ends.map(({ day }) => day), 0.5),
  outcomes: quantile(ends.map(({ outcomes }) => outcomes), 0.5),
  shown: quantile(ends.map(({ shown }) => shown), 0.5),
});

/** Whether a share lies within the stated error rate, by its whole interval. */
const within = ({ low, high }: Rate) => high <= ERROR_RATE ? "YES" : low > ERROR_RATE ? "NO" : "CANNOT TELL";
const answer = (holds: boolean) => holds ? "YES" : "NO";

function claims(wrong: readonly { way: string; rate: Rate }[], cells: readonly Cell[]): string[] {
  const worst = (ways: readonly string[]) =>
    wrong.filter(({ way }) => ways.includes(way)).reduce((a, b) => b.rate.share > a.rate.share ? b : a);
  const stated = OURS.map((way) => {
    const { rate } = worst([way]);
    return `${way}: ${within(rate)}, at most ${withInterval(rate)}`;
  });
  const peeked = worst([WAYS[4].name]).rate;
  const once = worst([WAYS[3].name]).rate;
  const rule = worst([WAYS[5].name]).rate;
  return [
    `Wrong decisions within the stated ${
      percent(ERROR_RATE)
    }, by the whole interval, in every cell of both shops: ${stated.join("; ")}.`,
    `A fixed test looked at once: ${within(once)}, at most ${withInterval(once)}. Looked at daily: ${
      within(peeked)
    }, up to ${withInterval(peeked)}. Flagger's rule: ${within(rule)}, up to ${withInterval(rule)}.`,
    priceNote(cells),
  ];
}

/** What it costs to be allowed to look. */
function priceNote(cells: readonly Cell[]): string {
  const of = (way: string, worse: number) =>
    cells.find((cell) => cell.shop === cells[0].shop && cell.way === way && cell.worse === worse)!;
  const parts = [-0.02, 0, 0.05].map((worse) =>
    `${points(worse)}: ${whole(medians(of("canary", worse)).outcomes)} against ${
      whole(medians(of(WAYS[3].name, worse)).outcomes)
    }`
  );
  return `Median shoppers with outcomes until canary ends, against the fixed test (400 a day): ${
    parts.join("; ")
  }.`;
}

function shockNotes(wrong: readonly { way: string; shock: number; worse: number; rate: Rate }[]): string[] {
  const shocked = wrong.filter(({ shock, way }) => shock > 0 && OURS.includes(way));
  const worst = shocked.reduce((a, b) => b.rate.share > a.rate.share ? b : a);
  return [
    `Where shoppers share their days, they are not independent: within the stated rate there: ${
      within(worst.rate)
    }, at most ${withInterval(worst.rate)} (${worst.way}, ${points(worst.worse)}).`,
  ];
}

function regretTable(policies: readonly PolicyCell[]): Table {
  const scenes = [...new Set(policies.map(({ rates }) => rates))];
  const names = [...new Set(policies.map(({ policy }) => policy))];
  const cell = (policy: string, rates: Rates) =>
    policies.find((one) => one.policy === policy && one.rates === rates)!;
  return {
    title:
      "Bandit: purchases lost in 84 days against showing everyone the best version, mean (95 % interval)",
    head: [
      "",
      ...scenes.map(({ name, rates }) =>
        `${name} (${rates.map((rate) => `${Math.round(100 * rate)} %`).join(", ")})`
      ),
    ],
    rows: [
      ...names.map((name) => [name, ...scenes.map((rates) => regretText(cell(name, rates)))]),
      ...names.filter(isOurs).map((name) => [
        `${name}: ended with the best / with another / not`,
        ...scenes.map((rates) => chosenText(cell(name, rates))),
      ]),
    ],
  };
}

function regretOf({ played }: PolicyCell): { mean: number; reach: number } {
  const n = played.length;
  const mean = played.reduce((sum, { regret }) => sum + regret, 0) / n;
  const variance = played.reduce((sum, { regret }) => sum + (regret - mean) ** 2, 0) / Math.max(1, n - 1);
  return { mean, reach: 1.96 * Math.sqrt(variance / n) };
}

function regretText(cell: PolicyCell): string {
  const { mean, reach } = regretOf(cell);
  return `${whole(mean)} (${whole(mean - reach)} to ${whole(mean + reach)})`;
}

/** Chosen although another sells more or, the champion aside, as much. */
function wronglyChosen({ rates: { rates }, played }: PolicyCell): number {
  const best = Math.max(...rates);
  return played.filter(({ chosen }) =>
    chosen !== null && (rates[chosen] < best || rates.every((rate) => rate === best))
  ).length;
}

function chosenText(cell: PolicyCell): string {
  const none = cell.played.filter(({ chosen }) => chosen === null).length;
  const wrong = wronglyChosen(cell);
  const n = cell.played.length;
  return [n - none - wrong, wrong, none].map((count) => percent(count / n)).join(" / ");
}

const isOurs = (policy: string) => policy.startsWith("bandit");

function banditClaims(policies: readonly PolicyCell[]): string[] {
  const names = [...new Set(policies.map(({ policy }) => policy))];
  const scenes = [...new Set(policies.map(({ rates }) => rates))].filter(({ rates }) =>
    new Set(rates).size > 1
  );
  const of = (policy: string, rates: Rates) =>
    regretOf(policies.find((one) => one.policy === policy && one.rates === rates)!);
  const fewer = (own: string, other: string, rates: Rates) => {
    const [a, b] = [of(own, rates), of(other, rates)];
    return `${answer(a.mean + a.reach < b.mean - b.reach)} when ${rates.name}`;
  };
  const against = names.filter(isOurs).flatMap((own) =>
    names.filter((name) => !isOurs(name)).map((other) =>
      `${own}, against ${other}: ${scenes.map((rates) => fewer(own, other, rates)).join(", ")}`
    )
  );
  const chosen = policies.filter(({ policy }) => isOurs(policy))
    .map((cell) => rateOf(wronglyChosen(cell), cell.played.length))
    .reduce((a, b) => b.share > a.share ? b : a);
  return [
    `The bandit loses fewer purchases, intervals apart: ${against.join("; ")}.`,
    `The bandit ends with a version that is not the best, or with any where all are equal, within the stated rate: ${
      within(chosen)
    }, at most ${withInterval(chosen)}.`,
  ];
}

const CAREFUL = [
  "Worse by 1 point lies within the margin: promoting it is allowed, and rolling it back is right.",
  "`ab` looks at paired outcomes too while it waits for its plan, which is why it finds harm early; its plan (shoppers per arm) rests on unpaired losses and takes far more shoppers.",
  "Flagger has no outcomes that come late in mind. Its looks begin here with the first outcomes; taken literally a look without a metric is a failed check, and every rollout would be rolled back on its tenth day.",
  "No guardrail was at stake: both versions answered every request.",
];

const summary = (cell: Cell) => ({
  shop: cell.shop,
  worse: cell.worse,
  shock: cell.shock,
  way: cell.way,
  runs: cell.ends.length,
  ...Object.fromEntries(KINDS.map((kind) => [kind, countOf(cell, kind)])),
  median: medians(cell),
});

const policySummary = (cell: PolicyCell) => ({
  rates: cell.rates,
  policy: cell.policy,
  runs: cell.played.length,
  regret: regretOf(cell),
  chosen: [0, 1, 2, null].map((version) => cell.played.filter(({ chosen }) => chosen === version).length),
});
