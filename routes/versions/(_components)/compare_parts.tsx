import * as Plot from "@observablehq/plot";
import type { Paired } from "../../../src/app/reports/compare.ts";
import type { ComparedVersion, CompareView } from "../../../src/dashboard/reads/compare.ts";
import { configChanges } from "../../../src/config/settings.ts";
import type { ComponentChildren } from "preact";
import { ends } from "../../../components/analysis_labels.ts";
import { changesText } from "../../../components/config_labels.ts";
import { ON, pairedBadge, shares } from "./compare_labels.ts";
import { count, counted, figure, metricFigure, percent, signed } from "../../../src/format/numbers.ts";
import { moment } from "../../../src/format/times.ts";
import { metricName } from "../../../src/format/words.ts";
import { type Drawing, Figure } from "../../../components/plot.tsx";
import { services } from "../../../components/version_rings.tsx";
import { fileText } from "../../../src/retraining/version_status.ts";
import { StatusBadge } from "../../../components/status_badge.tsx";
import { outcomeBadge, triggerName } from "../../../components/labels.ts";

const versionName = ({ version: { version } }: ComparedVersion) => `v${version}`;

/** Shows the comparison on the same rows: the only thing that tells which predicts better. */
export function SameRows({ view }: { view: CompareView }) {
  const { paired, a, b, model } = view;
  const [older, newer] = [versionName(a), versionName(b)];
  if (paired.length === 0) {
    return (
      <>
        <h2 id="same-rows">No rows were scored by both</h2>
        <p>
          Metrics from different rows cannot be compared, so none below is called better. To compare, roll one
          out as a shadow of the other: it predicts for the same shoppers and is shown to nobody.
        </p>
        <p>
          <code>
            perennial rollouts begin {model} {b.version.version} --strategy shadow
          </code>
        </p>
      </>
    );
  }
  return (
    <>
      <h2 id="same-rows">
        On the same rows <small>Loss of {newer} minus that of {older}: below zero {newer} is better.</small>
      </h2>
      <PairedChart view={view} />
      <PairedTable view={view} />
    </>
  );
}

interface Bar {
  name: string;
  mean: number;
  low: number | null;
  high: number | null;
  tone: string;
  title: string;
}

/** The differences that are known as a share of the loss, a line each. */
function PairedChart({ view: { paired, a, b } }: { view: CompareView }) {
  const bars = paired.flatMap((pair, i): Bar[] => {
    const share = shares(pair);
    const { tone, word } = pairedBadge(pair);
    return share
      ? [{
        ...share,
        name: `${SHORT[pair.on]}${" ".repeat(i)}`,
        tone,
        title: `${ON[pair.on]}: ${percent(share.mean, { sign: true })} [${
          ends(share)
        }], ${word.toLowerCase()}`,
      }]
      : [];
  });
  if (bars.length === 0) return null;
  const title = `Change of ${metricName(paired[0].loss.name)} from ${versionName(a)} to ${versionName(b)}`;
  return (
    <Figure
      id="paired"
      title={title}
      measure={`as a share of that of ${versionName(a)}, with ${
        Math.round((paired.find((p) => p.confidence)?.confidence ?? 0) * 100)
      } % intervals; left of zero ${versionName(b)} is better`}
      describe={`${title}: ${bars.map((bar) => bar.title).join("; ")}`}
      data={bars}
      drawing={pairedDrawing(bars)}
      numbers={{
        columns: [
          { name: "On" },
          { name: "As of", as: "day" as const },
          { name: "Loss" },
          ...["Of the first", "Of the second", "Difference", "From", "To"].map((name) => ({
            name,
            as: "figure" as const,
          })),
          { name: "Rows or shoppers", as: "count" as const },
          { name: "Result" },
        ],
        rows: paired.map((pair) => [
          ON[pair.on],
          pair.asOf,
          pair.loss.name,
          pair.loss.a,
          pair.loss.b,
          pair.difference.mean,
          pair.difference.low,
          pair.difference.high,
          pair.n,
          pairedBadge(pair).word,
        ]),
      }}
    />
  );
}

const SHORT = { outcomes: "outcomes since", rollout: "rollout", gate: "gate" } as const;

const pairedDrawing = (bars: readonly Bar[]): Drawing => (width) => {
  const reach = Math.max(...bars.flatMap((b) => [b.mean, b.low ?? 0, b.high ?? 0].map(Math.abs))) * 1.15 ||
    0.01;
  const stroke = ({ tone }: Bar) =>
    tone === "good" ? "var(--evergreen)" : tone === "watch" ? "var(--status-watch)" : "var(--chart-axis)";
  return {
    width,
    height: 44 + 34 * bars.length,
    marginLeft: 104,
    marginRight: 24,
    marginTop: 8,
    marginBottom: 26,
    x: { domain: [-reach, reach], label: null, nice: false },
    y: { domain: bars.map((b) => b.name), label: null },
    marks: [
      Plot.axisX({
        ticks: width < 400 ? 3 : 5,
        tickSize: 4,
        color: "var(--chart-axis)",
        tickFormat: (x: number) => percent(x, { sign: true }),
      }),
      Plot.axisY({ tickSize: 0 }),
      Plot.ruleX([0], { stroke: "var(--chart-axis)" }),
      Plot.link(bars, {
        y: "name",
        stroke,
        strokeWidth: 2,
        x1: (b: Bar) => b.low ?? -reach,
        x2: (b: Bar) => b.high ?? reach,
      }),
      Plot.dot(bars, { x: "mean", y: "name", r: 4, fill: stroke, title: "title" }),
    ],
  };
};

function PairedTable({ view: { paired, a, b } }: { view: CompareView }) {
  return (
    <div class="scroll-x" role="group" aria-label="What both said of the same rows" tabIndex={0}>
      <table class="records">
        <caption class="visually-hidden">What both said of the same rows</caption>
        <thead>
          <tr>
            <th scope="col">On</th>
            <th scope="col">As of</th>
            <th scope="col" class="num">Loss of {versionName(a)}</th>
            <th scope="col" class="num">Loss of {versionName(b)}</th>
            <th scope="col" class="num">Difference</th>
            <th scope="col" class="num">Sample</th>
            <th scope="col">Result for {versionName(b)}</th>
          </tr>
        </thead>
        <tbody>
          {paired.map((pair, i) => (
            <tr key={i}>
              <th scope="row">
                <a href={pair.href}>{ON[pair.on]}</a> <small>{metricName(pair.loss.name)}</small>
              </th>
              <td data-label="As of">{moment(pair.asOf, "day")}</td>
              <td data-label={`Loss of ${versionName(a)}`} class="num">{lossText(pair.loss.a)}</td>
              <td data-label={`Loss of ${versionName(b)}`} class="num">{lossText(pair.loss.b)}</td>
              <td data-label="Difference" class="num">
                {signed(pair.difference.mean)} <small>{boundsText(pair)}</small>
              </td>
              <td data-label="Sample" class="num">
                {counted(pair.n, pair.on === "rollout" ? "shopper" : "row")}
              </td>
              <td data-label="Result">
                <StatusBadge badge={pairedBadge(pair)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const lossText = (x: number | null) => x === null ? "on its page" : figure(x);

function boundsText({ difference: { low, high }, confidence }: Paired): string {
  const end = (x: number | null) => x === null ? "unknown" : signed(x);
  const what = confidence === null
    ? "bounds however often one looks"
    : `${Math.round(confidence * 100)} % interval`;
  return `[${end(low)}, ${end(high)}] ${what}`;
}

const APART = "Not the same rows: such numbers tell nothing of each other.";
/** Explains the metrics, by whether an accuracy is among them. */
const MEASURED = {
  yes:
    `${APART} The interval of the accuracy at validation is Wilson's over shoppers; other metrics have none.`,
  no: `${APART} Metrics at validation have no interval.`,
} as const;

interface Row {
  name: string;
  a: ComponentChildren;
  b: ComponentChildren;
  /** left out: the two are not asked to be alike */
  same?: boolean;
}

/** All that is known of each by itself; what differs says so. */
export function Beside({ view }: { view: CompareView }) {
  const { a, b } = view;
  const groups = [
    { title: "Made from", rows: madeRows(view), alike: true },
    { title: "Measured, each on rows of its own", rows: measuredRows(view), alike: false },
    { title: "Served", rows: servedRows(view), alike: false },
  ];
  return (
    <>
      {groups.map(({ title, rows, alike }, i) => (
        <section key={title} class="section" aria-labelledby={`beside-${i}`}>
          <table class="records beside">
            <caption>
              <h2 id={`beside-${i}`}>
                {title}
                {i === 1 && (
                  <small>{MEASURED[a.version.manifest.metrics.accuracy === undefined ? "no" : "yes"]}</small>
                )}
              </h2>
            </caption>
            <thead>
              <tr>
                <th scope="col">What</th>
                <th scope="col">{versionName(a)}</th>
                <th scope="col">{versionName(b)}</th>
                {alike && <th scope="col">Alike</th>}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ name, a: ofA, b: ofB, same }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td data-label={versionName(a)}>{ofA}</td>
                  <td data-label={versionName(b)}>{ofB}</td>
                  {alike && (
                    <td data-label="Alike">
                      {same === undefined ? <small>not compared</small> : same ? "same" : <b>differs</b>}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
          {alike && <RecipeDetails view={view} />}
        </section>
      ))}
    </>
  );
}

/** Differences of the algorithms, setting by setting: long where one of them blends several. */
function RecipeDetails({ view: { recipe, a, b } }: { view: CompareView }) {
  if (recipe.length === 0) return null;
  return (
    <details>
      <summary>{counted(recipe.length, "difference")} of algorithm</summary>
      <table class="records beside">
        <caption class="visually-hidden">Differences of the algorithms</caption>
        <thead>
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">{versionName(a)}</th>
            <th scope="col">{versionName(b)}</th>
          </tr>
        </thead>
        <tbody>
          {recipe.map(({ name, a: ofA, b: ofB }) => (
            <tr key={name}>
              <th scope="row">
                <code>{name}</code>
              </th>
              <td data-label={versionName(a)}>{ofA ?? "none"}</td>
              <td data-label={versionName(b)}>{ofB ?? "none"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

/** A row whose values are compared as they are written. */
const plain = (name: string, a: string, b: string): Row => ({ name, a, b, same: a === b });

function madeRows({ a, b, model }: CompareView): Row[] {
  const [ma, mb] = [a.version.manifest, b.version.manifest];
  const settings = configChanges(a.config.config, b.config.config)
    .filter((change) => change.model === null || change.model === model);
  const cutoffs = ({ served: { cutoffs } }: typeof ma) =>
    cutoffs.length === 0
      ? "none"
      : `${counted(cutoffs.length, "cut-off")}, ${moment(cutoffs[0], "day")} to ${
        moment(cutoffs.at(-1)!, "day")
      }`;
  const through = ({ served }: typeof ma) => moment(served.labelledThrough, "day");
  return [
    { name: "Made by", a: <MadeBy of={a} />, b: <MadeBy of={b} /> },
    plain("Trained to replace", parentText(ma.parent), parentText(mb.parent)),
    plain("Algorithm", ma.candidate, mb.candidate),
    plain("Training rows", count(ma.served.rows), count(mb.served.rows)),
    plain("Cut-offs", cutoffs(ma), cutoffs(mb)),
    plain("Labels through", through(ma), through(mb)),
    plain(
      "Features",
      `definition ${ma.featureHash.slice(0, 10)}`,
      `definition ${mb.featureHash.slice(0, 10)}`,
    ),
    plain("Fit", fitText(ma), fitText(mb)),
    plain("Seed", String(ma.seed), String(mb.seed)),
    plain("Code", ma.codeVersion, mb.codeVersion),
    {
      name: "Configuration",
      a: `version ${a.config.version}`,
      same: settings.length === 0,
      b: (
        <>
          version {b.config.version} {settings.length > 0 && <small>{changesText(settings)}</small>}
        </>
      ),
    },
    plain("File", a.version.artefactSha256.slice(0, 10), b.version.artefactSha256.slice(0, 10)),
  ];
}

const parentText = (parent: number | null) => parent === null ? "nothing, the first" : `v${parent}`;
const fitText = ({ served }: ComparedVersion["version"]["manifest"]) =>
  served.refitted ? "again on all rows, after the verdict" : "as the verdict was on";

function MadeBy({ of: { cycle, version } }: { of: ComparedVersion }) {
  if (!cycle) return <code>{version.cycleId}</code>;
  return (
    <>
      <a href={`/cycles/${cycle.id}`}>cycle {cycle.number}</a> <small>{triggerName(cycle.trigger)}</small>
      {" "}
      <StatusBadge badge={outcomeBadge(cycle.outcome)} />
    </>
  );
}

function measuredRows({ a, b }: CompareView): Row[] {
  const known = new Set([a, b].flatMap(({ version }) => Object.keys(version.manifest.metrics)));
  const names = [...METRICS.filter((name) => known.delete(name)), ...known].filter((name) => name !== "n");
  const gate = ({ version, gate }: ComparedVersion, name: string) => {
    const value = version.manifest.metrics[name];
    return value === undefined ? "not measured" : (
      <>
        {metricFigure(value)} <small>{gate && gateText(name, gate)}</small>
      </>
    );
  };
  return [
    ...names.map((name) => ({
      name: `${metricName(name)} at validation`,
      a: gate(a, name),
      b: gate(b, name),
    })),
    ...a.live.map(({ metric }, i) => ({
      name: `${metricName(metric)} while it served`,
      a: <Live of={a.live[i]} />,
      b: <Live of={b.live[i]} />,
    })),
  ];
}

const METRICS = [
  "accuracy",
  "auc",
  "logLoss",
  "brier",
  "mse",
  "cappedMse",
  "mae",
  "r2",
  "bias",
  "topDecileLift",
];

function gateText(name: string, { rows, shoppers, accuracy }: NonNullable<ComparedVersion["gate"]>): string {
  const on = `on ${counted(rows, "row")} of ${counted(shoppers, "shopper")}`;
  if (name !== "accuracy" || accuracy === null) return on;
  const { low, high, confidence } = accuracy;
  return `[${figure(low)}, ${figure(high)}] ${Math.round(confidence * 100)} % interval, ${on}`;
}

/** The newest measurement by outcomes, with its interval. */
function Live({ of: { looked } }: { of: ComparedVersion["live"][number] }) {
  if (!looked) return <>no outcomes known</>;
  const { value, low, high, rows } = looked.measured!;
  const sure = `${Math.round(looked.confidence * 100)} % interval`;
  return (
    <>
      {figure(value)}{" "}
      <small>
        {low === null || high === null ? "no bounds" : `[${figure(low)}, ${figure(high)}] ${sure}`}, on{" "}
        {counted(rows, "outcome")}, as of {moment(looked.asOf, "day")}
      </small>
    </>
  );
}

function servedRows({ a, b, moves }: CompareView): Row[] {
  const all = services(moves.filter(({ kind }) => kind !== "share"));
  const spans = ({ version: { version } }: ComparedVersion) =>
    all.filter((s) => s.version === version).map((s) =>
      `${moment(s.from, "day")} to ${s.until ? moment(s.until, "day") : "now"}${
        s.rolledBack ? ", then rolled back" : ""
      }`
    ).join("; ") || "never";
  return [
    { name: "When", a: spans(a), b: spans(b) },
    { name: "Its file", a: fileText(a.version), b: fileText(b.version) },
  ];
}
