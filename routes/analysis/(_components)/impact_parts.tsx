import type { CycleImpact, Impact } from "../../../src/impact/impact.ts";
import { endsOf, moneyBadge } from "../../../components/analysis_labels.ts";
import { count, counted, figure, money, signedMoney } from "../../../src/format/numbers.ts";
import { CurveChart, UpliftChart } from "./impact_charts.tsx";
import { duration } from "../../../src/format/times.ts";
import { StatusBadge } from "../../../components/status_badge.tsx";

/** Shows the worth of retraining: in money where the shop stated its economics, else how to state them. */
export function Worth({ impact }: { impact: Impact }) {
  const { economics, cycles, assumptions } = impact;
  if (!economics.stated) return <NotStated impact={impact} />;
  if (cycles.length === 0) return <p>No version was deployed yet: there is nothing to weigh.</p>;
  return (
    <>
      <div class="columns">
        <div>
          <UpliftChart impact={impact} />
        </div>
        <div>
          <CurveChart impact={impact} />
        </div>
      </div>
      <div class="row">
        <GainTable impact={impact} />
      </div>
      <details>
        <summary>What these sums rest on</summary>
        <ul class="plain">{assumptions.map((line) => <li key={line}>{line}</li>)}</ul>
      </details>
    </>
  );
}

function NotStated({ impact: { economics, model } }: { impact: Impact }) {
  if (economics.missing.length === 0) return <p>{economics.text}.</p>;
  return (
    <>
      <p>
        No sum of money can be told: the shop has not stated{" "}
        {economics.missing.map((name, i) => (
          <span key={name}>
            {i > 0 && (i === economics.missing.length - 1 ? " and " : ", ")}
            <code>{name}</code>
          </span>
        ))}. Past cycles are weighed too once it has.
      </p>
      <p>
        State {economics.missing.length === 1 ? "it" : "them"} on the{" "}
        <a href="/configuration">configuration page</a>, or with{" "}
        <code>
          perennial config set --model {model} {economics.missing.map((name) => `${name}=…`).join(" ")}
        </code>
      </p>
    </>
  );
}

/** Shows the gain and cost of each deployment, and of all together. */
function GainTable({ impact: { cycles, total, currency, economics } }: { impact: Impact }) {
  const replaced = cycles.filter((c) => c.against !== null);
  if (economics.basis !== "profit") {
    return (
      <p>
        There is no return to tell: what a contact adds is not stated (<code>offer_lift</code>), so the sums
        above rank models and are no profit.
      </p>
    );
  }
  return (
    <table class="records sums">
      <caption>
        <h3>
          Results{" "}
          <small>
            Measured: the first horizon after a deployment, by its outcomes. Estimated: its uplift is taken to
            last as long as the version served. Return: what each unit of cost brought beyond itself. Told
            only where the models differ on 20 shoppers or more.
          </small>
        </h3>
      </caption>
      <thead>
        <tr>
          <th scope="col">Deployment</th>
          <th scope="col">Trigger</th>
          <th scope="col" class="num">Cost</th>
          <th scope="col" class="num">Measured</th>
          <th scope="col" class="num">Return</th>
          <th scope="col" class="num">Estimated</th>
          <th scope="col" class="num">Return</th>
        </tr>
      </thead>
      <tbody>
        {replaced.map((cycle) => (
          <tr key={cycle.cycle}>
            <th scope="row">
              <a href={`/cycles/${cycle.cycle}`}>cycle {cycle.number}</a>, v{cycle.version}
            </th>
            <td data-label="Trigger">{cycle.because}</td>
            <td data-label="Cost" class="num">
              {cycle.cost === null ? duration(cycle.seconds * 1000) : money(cycle.cost, currency)}
            </td>
            <GainCells of={cycle} currency={currency} />
          </tr>
        ))}
        <tr>
          <th scope="row">
            Total <small>cost of all {counted(total.cycles, "cycle")}, deployed or not</small>
          </th>
          <td data-label="Trigger">{counted(total.deployments, "deployment")}</td>
          <td data-label="Cost" class="num">
            {total.cost === null ? duration(total.seconds * 1000) : money(total.cost, currency)}
          </td>
          <GainCells of={total} currency={currency} />
        </tr>
      </tbody>
    </table>
  );
}

function GainCells(
  { of: { measured, estimated }, currency }: {
    of: Pick<CycleImpact, "measured" | "estimated">;
    currency: string;
  },
) {
  return [{ name: "Measured", of: measured }, { name: "Estimated", of: estimated }].map(({ name, of }) => (
    <>
      <td key={name} data-label={name} class="num">
        {of.gain === null ? "not known yet" : (
          <>
            {signedMoney(of.gain.amount, currency)}{" "}
            <small>
              {endsOf(of.gain)}, {counted(of.gain.shoppers, "shopper")}, {count(of.gain.differing)} differ
            </small>
          </>
        )}
      </td>
      <td key={`${name} return`} data-label={`Return, ${name.toLowerCase()}`} class="num">
        {returnOf(of)}
      </td>
    </>
  ));
}

/** Only where it is known to have brought, or lost, something. */
function returnOf({ gain, roi }: CycleImpact["measured"]) {
  if (gain === null) return "not known yet";
  if (gain.verdict !== "gains" && gain.verdict !== "loses") {
    return <StatusBadge badge={moneyBadge(gain.verdict)} />;
  }
  if (roi === null) return <small>no cost stated</small>;
  const end = (value: number | null) => value === null ? "unknown" : figure(value);
  return (
    <>
      {figure(roi.amount)} × <small>[{end(roi.low)}, {end(roi.high)}]</small>
    </>
  );
}
