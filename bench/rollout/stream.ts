import type { Random } from "../../src/core/random.ts";
import type { Moments } from "../../src/stats/moments.ts";

/** A shop in which a champion and a challenger answer about every shopper, once. */
export interface Shop {
  readonly shoppersPerDay: number;
  readonly days: number;
  /** days until an outcome is known */
  readonly horizonDays: number;
  /** share of shoppers about whom the champion is right */
  readonly accuracy: number;
  /** share of shoppers about whom one of the two is right and the other is not */
  readonly discordance: number;
  /** points of accuracy that the challenger is worse by, as a share; below zero: better */
  readonly worse: number;
  /** standard deviation of what all shoppers of a day share of it */
  readonly shock: number;
}

export const SEGMENTS = 4;

/** What is known of the shoppers of all days up to one, counts of shoppers. */
export interface Known {
  n: number;
  /** only the champion was right */
  lost: number;
  /** only the challenger was right */
  won: number;
  championWrong: number;
  segments: { n: number; lost: number; won: number; championWrong: number }[];
  /** of an even split: those who saw the champion and those who saw the challenger */
  arms: { n: number; wrong: number }[];
}

/** One simulated rollout: what would have been known on each day, and who came. */
export interface Stream {
  readonly shop: Shop;
  /** outcomes of shoppers who came up to this day; day 0: nobody */
  readonly upTo: readonly Known[];
  /** a number of each shopper's own in [0, 1), by day: below a share, the challenger is shown */
  readonly draws: readonly Float64Array[];
  /** who was wrong about each shopper, by day: 1 the champion, 2 the challenger, 3 both */
  readonly wrong: readonly Uint8Array[];
}

export function streamOf(shop: Shop, random: Random, normal: Random): Stream {
  const upTo = [nothing()];
  const draws: Float64Array[] = [];
  const wrong: Uint8Array[] = [];
  for (let day = 1; day <= shop.days; day++) {
    const known = copyOf(upTo[day - 1]);
    const worse = shop.worse + (shop.shock > 0 ? shop.shock * normal() : 0);
    const drawn = new Float64Array(shop.shoppersPerDay);
    const wrongOf = new Uint8Array(shop.shoppersPerDay);
    for (let i = 0; i < drawn.length; i++) {
      drawn[i] = random();
      wrongOf[i] = whoIsWrong(random(), { ...shop, worse });
      add(known, wrongOf[i], { arm: drawn[i] < 0.5 ? 1 : 0, segment: i % SEGMENTS });
    }
    upTo.push(known);
    draws.push(drawn);
    wrong.push(wrongOf);
  }
  return { shop, upTo, draws, wrong };
}

export const CHAMPION_WRONG = 1;
export const CHALLENGER_WRONG = 2;

/** Who is wrong about a shopper, by a uniform number. */
function whoIsWrong(u: number, { accuracy, discordance, worse }: Shop): number {
  const onlyChallenger = (discordance + worse) / 2;
  if (u < onlyChallenger) return CHALLENGER_WRONG;
  if (u < discordance) return CHAMPION_WRONG;
  const both = 1 - accuracy - (discordance - onlyChallenger);
  return u < discordance + both ? CHAMPION_WRONG | CHALLENGER_WRONG : 0;
}

function add(known: Known, wrong: number, { arm, segment }: { arm: number; segment: number }): void {
  for (const counts of [known, known.segments[segment]]) {
    counts.n++;
    counts.lost += Number(wrong === CHALLENGER_WRONG);
    counts.won += Number(wrong === CHAMPION_WRONG);
    counts.championWrong += wrong & CHAMPION_WRONG;
  }
  known.arms[arm].n++;
  known.arms[arm].wrong += Number((wrong & (arm === 0 ? CHAMPION_WRONG : CHALLENGER_WRONG)) > 0);
}

const nothing = (): Known => ({
  n: 0,
  lost: 0,
  won: 0,
  championWrong: 0,
  segments: Array.from({ length: SEGMENTS }, () => ({ n: 0, lost: 0, won: 0, championWrong: 0 })),
  arms: [{ n: 0, wrong: 0 }, { n: 0, wrong: 0 }],
});

const copyOf = (known: Known): Known => ({
  ...known,
  segments: known.segments.map((one) => ({ ...one })),
  arms: known.arms.map((one) => ({ ...one })),
});

/** Of challenger's minus champion's 0/1 losses. */
export function pairedMoments({ n, lost, won }: { n: number; lost: number; won: number }): Moments {
  const mean = n > 0 ? (lost - won) / n : 0;
  return { n, mean, variance: n > 1 ? (lost + won - n * mean ** 2) / (n - 1) : 0 };
}

/** Of 0/1 values, `ones` of them 1. */
export const shareMoments = (n: number, ones: number): Moments => pairedMoments({ n, lost: ones, won: 0 });

/** What is known on a day: outcomes of those who came a horizon before. */
export const knownOn = ({ upTo, shop }: Stream, day: number): Known =>
  upTo[Math.max(0, day - shop.horizonDays)];
