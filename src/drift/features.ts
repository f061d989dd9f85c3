import type { Random } from "../core/random.ts";
import { codeColumn, codeRows, countCodes, type Pair } from "./coded.ts";
import { holm } from "../stats/multiple.ts";
import { rowMoments, unitMoments } from "./null_moments.ts";
import { permutationTest } from "./permutation.ts";
import { categoricalScores, numericScores } from "./scores.ts";
import { settledRounds } from "./sequential.ts";
import { quadratic, type Statistic, statisticOf } from "./statistic.ts";
import { type Evidence, tailOf } from "../stats/quadratic_form.ts";
import { balanceOf, fewerOf } from "./units.ts";

/** Every feature tested, in the order of the columns. */
export interface TestedFeatures {
  method: "permutation" | "asymptotic";
  rounds: number;
  statistics: Statistic[];
  /** of each feature alone */
  pRaw: number[];
  /** adjusted for all */
  p: number[];
}

/** Look-ups that a permutation test may take, two or three seconds of them; beyond that the null is a formula. */
const STEPS_MAX = 1e9;

/** Tests every feature by permutation where that is quick, else by the limit of its statistic. */
export function testFeatures(
  pair: Pair,
  { alpha, roundsMax, random }: { alpha: number; roundsMax: number; random: Random },
): TestedFeatures {
  const { statistics, seen } = statisticsOf(pair);
  const rounds = settledRounds(alpha);
  if (rounds <= roundsMax && rounds * stepsOf(pair, statistics) <= STEPS_MAX) {
    const deal = { ...codeRows(pair, pair.units), statistics };
    return { method: "permutation", statistics, ...permutationTest(deal, { alpha, roundsMax, random }) };
  }
  const pRaw = seen.map((q, f) =>
    statistics[f].evidence === null ? 1 : tailOf(statistics[f].moments.weights, q)
  );
  return { method: "asymptotic", rounds: 0, statistics, pRaw, p: holm(pRaw) };
}

/** Each feature's statistic, and its value between the windows. */
function statisticsOf(pair: Pair): { statistics: Statistic[]; seen: number[] } {
  const known = new Map<string, Evidence>();
  const seen: number[] = [];
  const fewer = fewerOf(pair.units);
  const taken = pair.units.starts[fewer.first + fewer.count] - pair.units.starts[fewer.first];
  const statistics = pair.codings.map((coding, f) => {
    const codes = pair.independent ? null : codeColumn(pair, f, pair.units);
    const { all, fewer: counts } = countCodes(pair, f, codes);
    const scores = coding.ends === null ? categoricalScores(all) : numericScores(all);
    const moments = codes === null
      ? rowMoments(scores, all, fewer.count)
      : unitMoments(scores, codes, pair.units, fewer.count);
    const statistic = statisticOf(scores, moments, known);
    seen.push(quadratic(statistic, counts, 0, balanceOf(pair.units, taken)));
    return statistic;
  });
  return { statistics, seen };
}

/** Look-ups of one deal: the bins of the smaller window's rows, and the scores of all bins. */
function stepsOf({ units }: Pair, statistics: readonly Statistic[]): number {
  const fewer = fewerOf(units);
  const rows = units.starts[fewer.first + fewer.count] - units.starts[fewer.first];
  return rows * statistics.length + statistics.reduce((sum, { scores }) => sum + scores.values.length, 0);
}
