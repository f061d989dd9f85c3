import { DAY_MS } from "../core/time.ts";
import { median } from "../stats/quantile.ts";
import { betaBinomialTail } from "../stats/tails.ts";
import { type Draft, isTroubled, PAST_DAYS, type Tested, type View } from "./view.ts";
import { dayText } from "./format.ts";

/** Of one day: visits affected and visits, events affected and events. */
export interface Counted {
  readonly day: number;
  readonly k: number;
  readonly n: number;
  readonly rows: number;
  readonly of: number;
}

/** A share over a stretch of days, and its usual value. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
  readonly now: number;
  readonly usual: number;
  readonly k: number;
  readonly n: number;
  /** mean number of affected visits of a day, now and usually */
  readonly perDay: number;
  readonly usualPerDay: number;
}

export interface RateQuestion {
  readonly kind: Draft["kind"];
  readonly subject: string;
  readonly means: Draft["means"];
  /** one entry per day that has any visits to look at */
  readonly series: readonly Counted[];
  /** whether a change of the share upwards is trouble, or downwards */
  readonly trouble: "more" | "less";
  /** lengths of the stretches that are judged, days */
  readonly lengths?: readonly number[];
  /** whether so large a difference matters, were it real */
  readonly matters: (stretch: Stretch) => boolean;
  readonly text: (stretch: Stretch, since: string) => string;
  readonly evidence?: Draft["evidence"];
}

/** From a burst of a day to what creeps in over weeks. */
const LENGTHS = [1, 3, 7, 14, 28] as const;
/** Stretches of the same length before it that say how a share varies, and visits in them. */
const BLOCKS_MIN = 6;
const VISITS_MIN = 30;
/** A stretch of fewer visits is not judged. */
const VISITS_NOW_MIN = 3;

/**
 * Asks whether the share of affected visits is another than it was, over any stretch that ends in a fresh day.
 *
 * Null: visits are affected with the share of the past, and stretches vary as stretches of that length did: the counts
 * are beta-binomial with the over-dispersion of the past ones (Pearson), taken at its upper 90 % confidence bound as few
 * of them are known, and with the uncertainty of the usual share itself. In a stretch of more visits than those had, visits
 * go together as they did there, so the over-dispersion grows with their number: a crowd of one mind stays one mind. The
 * p-value is that of the most extreme stretch, times the number of stretches looked at.
 * @returns nothing where the past is too short to tell
 */
export function askRate(view: View, question: RateQuestion): Tested[] {
  const usable = question.series.filter(({ day }) => !isTroubled(view, day, question));
  let looked = 0;
  let best: { p: number; stretch: Stretch } | null = null;
  for (const end of view.fresh) {
    for (const length of question.lengths ?? LENGTHS) {
      const judged = judgeStretch(question, usable, { first: end - length + 1, last: end });
      if (judged === null) continue;
      looked++;
      if (question.matters(judged.stretch) && (best === null || judged.p < best.p)) best = judged;
    }
  }
  if (looked === 0) return [];
  if (best === null) return [{ p: 1, found: null }];
  return [{ p: Math.min(1, best.p * looked), found: describe(view, question, best.stretch) }];
}

interface Sum {
  k: number;
  n: number;
}

const sumOf = (counts: readonly Sum[]): Sum =>
  counts.reduce((sum, { k, n }) => ({ k: sum.k + k, n: sum.n + n }), { k: 0, n: 0 });

const within = (series: readonly Counted[], first: number, last: number) =>
  series.filter(({ day }) => day >= first && day <= last);

function judgeStretch(
  { series, trouble }: RateQuestion,
  usable: readonly Counted[],
  { first, last }: { first: number; last: number },
): { p: number; stretch: Stretch } | null {
  const length = last - first + 1;
  const { k, n } = sumOf(within(series, first, last));
  if (n < VISITS_NOW_MIN) return null;
  const past = within(usable, first - PAST_DAYS, first - 1);
  const blocks = blocksOf(past, first, length);
  const all = sumOf(past);
  if (blocks.length < BLOCKS_MIN || all.n < VISITS_MIN) return null;
  const usual = (all.k + 0.5) / (all.n + 1);
  const crowd = Math.max(1, n / median(blocks.map((block) => block.n)));
  const inflation = (1 + (overdispersion(blocks, usual) - 1) * crowd) * (1 + n / all.n);
  const rho = n > 1 ? Math.min(0.99, (inflation - 1) / (n - 1)) : 0;
  const p = trouble === "more"
    ? betaBinomialTail(k, n, { p: usual, rho })
    : betaBinomialTail(n - k, n, { p: 1 - usual, rho });
  const stretch = {
    first,
    last,
    k,
    n,
    now: k / n,
    usual,
    perDay: k / length,
    usualPerDay: all.k / spanOf(past),
  };
  return { p, stretch };
}

const spanOf = (past: readonly Counted[]) => past[past.length - 1].day - past[0].day + 1;

/** Sums over stretches of a length that end before `first`, those with visits. */
function blocksOf(past: readonly Counted[], first: number, length: number): Sum[] {
  const blocks = new Map<number, Sum>();
  for (const { day, k, n } of past) {
    const block = Math.floor((first - 1 - day) / length);
    const sum = blocks.get(block) ?? { k: 0, n: 0 };
    blocks.set(block, { k: sum.k + k, n: sum.n + n });
  }
  return [...blocks.values()].filter(({ n }) => n > 0);
}

/** Returns the overdispersion of block counts over a binomial, at least 1: an upper 90 % confidence bound. */
function overdispersion(blocks: readonly Sum[], p: number): number {
  const freedom = blocks.length - 1;
  const pearson = blocks.reduce((sum, { k, n }) => sum + (k - n * p) ** 2 / (n * p * (1 - p)), 0);
  return Math.max(1, pearson / chiSquareTenth(freedom));
}

/** The 10 % quantile of the chi-square distribution (Wilson and Hilferty 1931; within 1 % from 5 degrees of freedom on). */
const chiSquareTenth = (freedom: number) =>
  freedom * (1 - 2 / (9 * freedom) - 1.2815515655 * Math.sqrt(2 / (9 * freedom))) ** 3;

/** Describes a finding, from when the trouble most likely began to when it ended. */
function describe(view: View, question: RateQuestion, stretch: Stretch): Draft {
  const { series, trouble, kind, subject, means, text, evidence } = question;
  const days = stretchOfTrouble(series, stretch, trouble);
  const { day: first } = days[0];
  const { day: last } = days[days.length - 1];
  const excess = ({ rows, of: total }: Counted) =>
    trouble === "more" ? rows : Math.max(0, stretch.usual * total - rows);
  const rows = days.reduce((sum, day) => sum + excess(day), 0);
  const of = days.reduce((sum, day) => sum + day.of, 0);
  const fromMs = first * DAY_MS;
  const goesOn = !series.some(({ day }) => day > last);
  return {
    kind,
    subject,
    means,
    fromMs,
    toMs: goesOn ? view.evidence.asOfMs : (last + 1) * DAY_MS,
    rows: Math.round(rows),
    share: of > 0 ? Math.min(1, rows / of) : 0,
    text: text(stretch, dayText(fromMs)),
    evidence: {
      now: stretch.now,
      usual: stretch.usual,
      visits: stretch.n,
      days: stretch.last - stretch.first + 1,
      ...evidence,
    },
  };
}

/**
 * The days around a stretch over which affected visits, above (or below) the middle between usual and now, add up to most:
 * the likeliest beginning and end of a step to that share and back (Page 1954).
 */
function stretchOfTrouble(
  series: readonly Counted[],
  { first, last, now, usual }: Stretch,
  trouble: RateQuestion["trouble"],
): readonly Counted[] {
  const middle = (now + usual) / 2;
  const sign = trouble === "more" ? 1 : -1;
  const around = series.filter(({ day }) => day >= first - BEGAN_DAYS);
  let best = { sum: 0, from: 0, to: 0 };
  let sum = 0;
  let from = 0;
  around.forEach(({ day, k, n }, index) => {
    if (sum <= 0) [sum, from] = [0, index];
    sum += sign * (k - n * middle);
    if (sum > best.sum && day >= first && around[from].day <= last) best = { sum, from, to: index };
  });
  return around.slice(best.from, best.to + 1);
}

/** Trouble may have begun so long before the stretch in which it shows most. */
const BEGAN_DAYS = 14;
