import * as Plot from "@observablehq/plot";
import type { CycleImpact, Impact } from "../../src/impact/impact.ts";
import { endsOf, moneySign, moneyText, signedSum, sum } from "./analysis_words.ts";
import { type Change, changesDrawing } from "./changes_chart.tsx";
import { count, counted, duration, figure, percent, signed } from "./numbers.ts";
import { type Drawing, Figure } from "./plot.tsx";
import { Status } from "./signs.tsx";

/** What retraining was worth: in money where the shop stated its economics, else how to. */
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

/** The stage that says most of a deployment: real outcomes where they are known. */
const told = ({ outcomes, validation }: CycleImpact) => outcomes.uplift ? outcomes : validation;

/** A round value of an axis. */
const plain = (x: number): string => Number.isInteger(x) ? count(x).replace("-", "−") : figure(x);

const RULES = { "new": "Gains", "past": "Cannot tell yet", "back": "Loses" } as const;

function UpliftChart({ impact: { cycles, currency, economics, model } }: { impact: Impact }) {
  const known = cycles.filter((c) => c.against !== null && told(c).uplift !== null).toReversed();
  if (known.length === 0) return <p>No deployment that replaced another version was measured yet.</p>;
  const changes = known.map((cycle): Change => {
    const stage = told(cycle), uplift = stage.uplift!, { word } = moneySign(uplift.verdict);
    return {
      ...{ number: cycle.number, label: `v${cycle.version}` },
      ...{ mean: uplift.amount, low: uplift.low, high: uplift.high },
      tone: word === RULES.new ? "new" : word === RULES.back ? "back" : "past",
      title: `v${cycle.version} against v${cycle.against}: ${moneyText(uplift, currency)}, ${
        counted(uplift.shoppers, "shopper")
      }`,
    };
  });
  const sure = changes.filter((c) => c.tone === "new").length;
  const title = `${sure} of ${counted(known.length, "deployment")} gained beyond chance`;
  return (
    <Figure
      id="uplift"
      title={title}
      measure={`${economics.basis} of one horizon over the whole population at the best threshold, new against old, ${
        Math.round(told(known[0]).uplift!.confidence * 100)
      } % interval${currency && `, ${currency}`}; on outcomes since where known, else at the gate`}
      describe={`${title}: uplift by cycle of ${model}`}
      data={[changes, currency]}
      drawing={changesDrawing(changes, { tick: plain, zero: "no change", left: 62 })}
      numbers={{
        columns: [
          ...[{ name: "Cycle" }, { name: "Version" }, { name: "Against" }, { name: "Measured on" }],
          ...["Old", "New", "Uplift", "From", "To"].map((name) => ({ name, as: "figure" as const })),
          ...[{ name: "Shoppers", as: "count" as const }, { name: "Says" }],
        ],
        rows: known.map((cycle) => {
          const stage = told(cycle), uplift = stage.uplift!;
          return [
            ...[cycle.number, `v${cycle.version}`, `v${cycle.against}`],
            stage === cycle.outcomes ? "outcomes since" : "the gate's rows",
            ...[stage.before, stage.after, uplift.amount, uplift.low, uplift.high],
            ...[uplift.shoppers, uplift.verdict],
          ];
        }),
      }}
    />
  );
}

function CurveChart({ impact: { curve, currency, economics, cycles } }: { impact: Impact }) {
  if (curve === null) return <p>No profit curve: no deployment was measured yet.</p>;
  const of = cycles.find(({ cycle }) => cycle === curve.cycle)!, { points } = curve;
  const proven = points.filter(({ uplift }) => uplift.verdict === "gains").length;
  const [older, newer] = [of.against === null ? "a guess" : `v${of.against}`, `v${of.version}`];
  const title = `${newer} earns more than ${older} at ${proven} of ${
    count(points.length - 1)
  } shares, beyond chance`;
  return (
    <Figure
      id="curve"
      title={title}
      measure={`${economics.basis} of one horizon by share of shoppers contacted, likeliest first${
        currency && `, ${currency}`
      }; each point is fair by itself, the highest one promises too much`}
      describe={`${title}; on ${
        curve.stage === "outcomes" ? "outcomes since" : "the gate's rows"
      } of cycle ${of.number}`}
      data={[points, older, newer, currency]}
      drawing={curveDrawing(points, { older, newer, currency })}
      numbers={{
        columns: [
          ...[{ name: "Contacted", as: "percent" as const }, { name: "Contacts", as: "count" as const }],
          ...["From prediction", "Old", "New", "Uplift", "From", "To"].map((name) => ({
            name,
            as: "figure" as const,
          })),
          ...[{ name: "Says" }, { name: "Within the budget" }],
        ],
        rows: points.map((p) => [
          ...[p.share, p.contacts, p.threshold, p.before, p.after],
          ...[p.uplift.amount, p.uplift.low, p.uplift.high, p.uplift.verdict, p.affordable ? "yes" : "no"],
        ]),
      }}
    />
  );
}

type Point = NonNullable<Impact["curve"]>["points"][number];

const curveDrawing = (
  points: readonly Point[],
  { older, newer, currency }: { older: string; newer: string; currency: string },
): Drawing =>
(width) => {
  const last = points.at(-1)!, gap = Math.abs(last.after - last.before);
  const all = points.flatMap((p) => [p.before, p.after]), span = Math.max(...all) - Math.min(...all) || 1;
  const dy = gap / span < 0.09 ? 7 : 0; // else both labels would lie on each other
  const up = last.after >= last.before ? -1 : 1;
  return {
    ...{ width, height: 190, marginLeft: 62, marginRight: 56, marginTop: 22, marginBottom: 26 },
    x: { domain: [0, 1], label: null },
    y: { label: null, nice: true },
    marks: [
      Plot.gridY({ ticks: 4, stroke: "var(--chart-grid)", strokeOpacity: 1 }),
      Plot.axisY({ ticks: 4, tickSize: 0, tickFormat: plain }),
      Plot.axisX({
        ...{ ticks: 4, tickSize: 4, color: "var(--chart-axis)" },
        tickFormat: (x: number) => `${Math.round(x * 100)} %`,
      }),
      Plot.ruleY([0], { stroke: "var(--chart-axis)" }),
      Plot.line(points, { x: "share", y: "before", stroke: "var(--chart-axis)", strokeWidth: 1.5 }),
      Plot.line(points, { x: "share", y: "after", stroke: "var(--evergreen)", strokeWidth: 2 }),
      Plot.dot(points, {
        ...{ x: "share", y: "after", r: 3, fill: "transparent" },
        title: (p: Point) =>
          `${percent(p.share)} contacted: ${newer} ${sum(p.after, currency)}, ${older} ${
            sum(p.before, currency)
          }, uplift ${moneyText(p.uplift, currency)}`,
      }),
      ...([["after", newer, "label green", up], ["before", older, "label", -up]] as const).map(
        ([y, text, className, side]) =>
          Plot.text([last], {
            ...{ x: "share", y, text: () => text, dx: 8, dy: dy * side, textAnchor: "start", className },
          }),
      ),
    ],
  };
};

/** What each deployment brought and cost, and all of them together. */
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
          What came of it{" "}
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
          <th scope="col">Because of</th>
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
            <td data-label="Because of">{cycle.because}</td>
            <td data-label="Cost" class="num">
              {cycle.cost === null ? duration(cycle.seconds * 1000) : sum(cycle.cost, currency)}
            </td>
            <GainCells of={cycle} currency={currency} />
          </tr>
        ))}
        <tr>
          <th scope="row">
            Total <small>cost of all {counted(total.cycles, "cycle")}, deployed or not</small>
          </th>
          <td data-label="Because of">{counted(total.deployments, "deployment")}</td>
          <td data-label="Cost" class="num">
            {total.cost === null ? duration(total.seconds * 1000) : sum(total.cost, currency)}
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
            {signedSum(of.gain.amount, currency)}{" "}
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
  if (gain.verdict !== "gains" && gain.verdict !== "loses") return <Status sign={moneySign(gain.verdict)} />;
  if (roi === null) return <small>no cost stated</small>;
  const end = (value: number | null) => value === null ? "unknown" : figure(value);
  return (
    <>
      {figure(roi.amount)} × <small>[{end(roi.low)}, {end(roi.high)}]</small>
    </>
  );
}

/** What called for retraining, and which features the new models lean on: where the worth came from. */
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
          By what called for it{" "}
          <small>
            {economics.basis === "profit"
              ? "Estimated gain of the deployments together, each for as long as it served."
              : "Deployments that replaced a version; their gain needs stated economics."}
          </small>
        </h3>
      </caption>
      <thead>
        <tr>
          <th scope="col">Because of</th>
          <th scope="col" class="num">Deployments</th>
          <th scope="col" class="num">Estimated gain</th>
          <th scope="col">Says</th>
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
                    {signedSum(estimated.amount, currency)}{" "}
                    <small>{endsOf(estimated)}, {counted(estimated.shoppers, "shopper")}</small>
                  </>
                )
                : "not known"}
            </td>
            <td data-label="Says">
              <Status sign={moneySign(estimated?.verdict ?? "cannot tell yet")} />
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
  if (!newest) return <p>Which features matter was not measured of a deployment yet.</p>;
  const { groups } = newest.validation.report!;
  return (
    <table class="records sums">
      <caption>
        <h3>
          What v{newest.version} leans on, beside v{newest.against}{" "}
          <small>
            Rise of the loss when a group of features is shuffled among the gate's rows, in units of the loss;
            what moved most comes first.
          </small>
        </h3>
      </caption>
      <thead>
        <tr>
          <th scope="col">Features</th>
          <th scope="col" class="num">v{newest.against}</th>
          <th scope="col" class="num">v{newest.version}</th>
          <th scope="col" class="num">Difference</th>
          <th scope="col">Leans on it</th>
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
            <td data-label="Leans on it">{leaning(low, high)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const leaning = (low: number, high: number): string =>
  low > 0 ? "more" : high < 0 ? "less" : low === high ? "no difference" : "cannot tell yet";
