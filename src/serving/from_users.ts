import { answerRows, type Rows } from "./answer.ts";
import { countIn, keep, predictionsOf, told } from "./keep.ts";
import { packed, readShoppers, type Shopper } from "./lookup.ts";
import type { Asked, Parts } from "./parts.ts";
import type { Predictions, UsersRequest } from "./prediction.ts";

/** Answers requests about shoppers, whose features are read from their events, all together. */
export async function answerFromUsers(
  parts: Parts,
  model: string,
  asked: readonly Asked<UsersRequest>[],
): Promise<Predictions[]> {
  const servingSet = await parts.servingSets.resolve(model);
  const seen = await readShoppers(parts.sql, asked.map(({ request }) => request), await parts.moment());
  const shoppers = seen.flatMap((one) => one.shoppers);
  const rows = rowsOf(shoppers);
  const said = answerRows(servingSet, rows);
  await keep(parts, servingSet, { rows, of: shoppers, said });
  let end = 0;
  const ends = seen.map((one) => end += one.shoppers.length);
  countIn(parts, model, said, asked, ends);
  return asked.map(({ request }, i) => {
    const { asOfMs, shoppers } = seen[i];
    const first = ends[i] - shoppers.length;
    const answers = new Map(shoppers.map(({ user }, row) => [user, said.shown[first + row]]));
    const predictions = request.users.map((user) => told(user, answers.get(user)));
    return predictionsOf(servingSet, asOfMs, predictions);
  });
}

function rowsOf(shoppers: readonly Shopper[]): Rows {
  const byHorizon = new Map<number, Float32Array>();
  return {
    n: shoppers.length,
    shopper: (row) => shoppers[row].user,
    features(horizonDays) {
      const features = byHorizon.get(horizonDays) ?? packed(shoppers, horizonDays);
      byHorizon.set(horizonDays, features);
      return features;
    },
  };
}
