import type { CycleImpact, Impact } from "../../../src/impact/impact.ts";
import { endsOf, moneyBadge } from "../../../components/analysis_labels.ts";
import { counted, figure, signed, signedMoney } from "../../../src/format/numbers.ts";
import { StatusBadge } from "../../../components/status_badge.tsx";

/** Shows where the worth came from: the reasons for retraining, and the features the new models lean on. */
export function Attribution({ impact }: { impact: Impact }) {
  return (
    <div class="columns">
      <div>
        <ByReason impact={impact} />
      </div>
      <div>
        <ByGroup impact={impact} />
      </div>
    </div>
  );
}

function ByReason({ impact: { byReason, currency, economics } }: { impact: Impact }) {
  if (byReason.length === 0) return <p>No deployment has replaced a version yet.</p>;
  return (
    <table class="records sums">
      <caption>
        <h3>
          By trigger{" "}
          <small>
            {economics.basis === "profit"
              ? "Estimated gain of the deployments together, each for as long as it served."
              : "Deployments that replaced a version; their gain needs stated economics."}
          </small>
        </h3>
      </caption>
      <thead>
        <tr>
          <th scope="col">Trigger</th>
          <th scope="col" class="num">Deployments</th>
          <th scope="col" class="num">Estimated gain</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody>
        {byReason.map(({ reason, deployments, estimated }) => (
          <tr key={reason}>
            <th scope="row">{reason}</th>
            <td data-label="Deployments" class="num">{deployments}</td>
            <td data-label="Gain" class="num">
              {estimated
                ? (
                  <>
                    {signedMoney(estimated.amount, currency)}{" "}
                    <small>{endsOf(estimated)}, {counted(estimated.shoppers, "shopper")}</small>
                  </>
                )
                : "not known"}
            </td>
            <td data-label="Result">
              <StatusBadge badge={moneyBadge(estimated?.verdict ?? "cannot tell yet")} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const GROUPS_SHOWN = 6;

/** Whether the old and the new model lean on anything otherwise: on the same rows the same recipe makes the same model. */
const differs = ({ validation }: CycleImpact): boolean =>
  validation.report!.groups.some(({ difference }) => difference.mean !== 0);

/** Of the newest deployment that leans on its features otherwise than the version before. */
function ByGroup({ impact: { cycles } }: { impact: Impact }) {
  const measured = cycles.filter(({ against, validation }) =>
    against !== null && (validation.report?.groups.length ?? 0) > 0
  );
  const newest = measured.find(differs) ?? measured.at(0);
  if (!newest) return <p>Feature importance was not measured for a deployment yet.</p>;
  const { groups } = newest.validation.report!;
  return (
    <table class="records sums">
      <caption>
        <h3>
          What v{newest.version} relies on, compared with v{newest.against}{" "}
          <small>
            Feature importance: rise of the loss when a group of features is shuffled among the validation
            rows, in units of the loss; largest change first.
          </small>
        </h3>
      </caption>
      <thead>
        <tr>
          <th scope="col">Features</th>
          <th scope="col" class="num">v{newest.against}</th>
          <th scope="col" class="num">v{newest.version}</th>
          <th scope="col" class="num">Difference</th>
          <th scope="col">Importance</th>
        </tr>
      </thead>
      <tbody>
        {groups.slice(0, GROUPS_SHOWN).map(({ group, before, after, difference: { mean, low, high } }) => (
          <tr key={group}>
            <th scope="row">{group}</th>
            <td data-label={`v${newest.against}`} class="num">{figure(before)}</td>
            <td data-label={`v${newest.version}`} class="num">{figure(after)}</td>
            <td data-label="Difference" class="num">
              {signed(mean)} <small>[{signed(low)}, {signed(high)}]</small>
            </td>
            <td data-label="Importance">{leaning(low, high)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const leaning = (low: number, high: number): string =>
  low > 0 ? "more" : high < 0 ? "less" : low === high ? "no difference" : "inconclusive";
