import type { Reason } from "../src/retraining/check.ts";
import { figure } from "../src/format/numbers.ts";

interface Action {
  name: string;
  gain: number;
  low: number;
  high: number;
  cutoffs: number;
  price: number;
}

const NAMES: Readonly<Record<string, string>> = { worth: "Train now", recalibration: "Recalibrate now" };

/** The sums of a check that weighed what each action is worth, side by side; nothing where it did not. */
export function WorthSums({ reasons }: { reasons: readonly Reason[] }) {
  const actions = reasons.flatMap((reason) => actionOf(reason) ?? []);
  if (actions.length === 0) return null;
  return (
    <table class="records sums">
      <caption>
        <h3>
          What each action is worth{" "}
          <small>
            Loss that it saves beside keeping what serves, summed over the cut-offs that it is trusted for.
          </small>
        </h3>
      </caption>
      <thead>
        <tr>
          <th scope="col">Action</th>
          <th scope="col" class="num">Worth</th>
          <th scope="col" class="num">Nine of ten</th>
          <th scope="col" class="num">Costs</th>
          <th scope="col" class="num">Left over</th>
          <th scope="col" class="num">Cut-offs</th>
        </tr>
      </thead>
      <tbody>
        {actions.map((action) => <ActionRow key={action.name} {...action} />)}
        <tr>
          <th scope="row">Keep what serves</th>
          <td class="num" data-label="Worth">0</td>
          <td class="num" data-label="Nine of ten">0</td>
          <td class="num" data-label="Costs">0</td>
          <td class="num" data-label="Left over">0</td>
          <td class="num" data-label="Cut-offs"></td>
        </tr>
      </tbody>
    </table>
  );
}

function ActionRow({ name, gain, low, high, price, cutoffs }: Action) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="num" data-label="Worth">{figure(gain)}</td>
      <td class="num" data-label="Nine of ten">{figure(low)} to {figure(high)}</td>
      <td class="num" data-label="Costs">{figure(price)}</td>
      <td class="num" data-label="Left over">{figure(gain - price)}</td>
      <td class="num" data-label="Cut-offs">{cutoffs}</td>
    </tr>
  );
}

/** The sum of a reason that has one; null: it is another reason, or nothing was forecast. */
function actionOf({ code, evidence }: Reason): Action | null {
  const { gain, low, high, price, cutoffs } = evidence;
  const sums = [gain, low, high, price, cutoffs];
  if (NAMES[code] === undefined || sums.some((value) => typeof value !== "number") || cutoffs === 0) {
    return null;
  }
  const [a, b, c, d, e] = sums as number[];
  return { name: NAMES[code], gain: a, low: b, high: c, price: d, cutoffs: e };
}
