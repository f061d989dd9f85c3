import { hash32, seededRandom } from "../../src/core/random.ts";
import { findImportance, getVersion, saveImportance } from "../../src/db/models/versions.ts";
import { featuresOf } from "../../src/features/set.ts";
import { predictShuffled, shuffledCopies } from "../../src/impact/shuffle.ts";
import { numbersOfRow } from "../../src/stats/classes.ts";
import { mean } from "../../src/stats/mean.ts";
import { rowLosses } from "../../src/stats/metrics.ts";
import { modelAndConfig } from "../context.ts";
import type { ActivityDeps } from "../deps.ts";
import { validatedOn } from "./validated.ts";

const ROWS_MAX = 1000;
const REPEATS = 3;

/**
 * Permutation importance: relative rise of a version's loss on the rows it was validated on when one feature is shuffled
 * among them, mean of a few seeded shuffles, by feature. Computed once a version, then kept with it. Features that go
 * together share what they carry: shuffling one of them costs little.
 * @returns nothing where those rows or the tested model are not kept any more
 * Source: Breiman, Machine Learning 45 (2001); Fisher, Rudin and Dominici, JMLR 20 (2019).
 */
export async function importanceOf(
  deps: ActivityDeps,
  { model: name, version: number }: { model: string; version: number },
): Promise<Record<string, number>> {
  const { sql, trainer } = deps;
  const known = await findImportance(sql, name, number);
  if (known) return known;
  const { model } = await modelAndConfig(deps, name);
  const version = await getVersion(sql, name, number);
  const validated = await validatedOn(deps, version, { rowsMax: ROWS_MAX });
  if (!validated) return {};
  const { artefact, rows: { features, width, target } } = validated;
  const n = target.length;
  const cap = version.manifest.targetCap ?? Infinity;
  const score = (x: Float32Array) => trainer.score(artefact, x, x.length / width);
  const plain = await score(features);
  const k = numbersOfRow(plain, n);
  const lossOf = (predictions: ArrayLike<number>) => {
    const targets = Float64Array.from({ length: predictions.length / k }, (_, i) => target[i % n]);
    return mean(rowLosses(model.loss, targets, predictions, { cap }));
  };
  const loss = lossOf(plain);
  if (!(loss > 0)) return {};
  const importance: Record<string, number> = {};
  for (const [column, feature] of featuresOf(model).names.entries()) {
    const random = seededRandom(hash32(`${version.manifest.seed} ${feature}`));
    const shuffled = shuffledCopies({ features, width }, [column], { copies: REPEATS, random });
    const predictions = await predictShuffled({ features, width }, { shuffled, plain, score });
    importance[feature] = lossOf(predictions) / loss - 1;
  }
  return await saveImportance(sql, name, number, importance);
}
