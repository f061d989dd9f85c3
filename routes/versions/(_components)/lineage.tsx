import type { LineageEntry } from "../../../src/dashboard/reads/compare.ts";
import { ends } from "../../../components/analysis_labels.ts";
import { ChartTools } from "../../../components/chart_tools.tsx";
import { count, counted, percent } from "../../../src/format/numbers.ts";
import { moment, msBetween } from "../../../src/format/times.ts";
import type { Service } from "../../../components/version_rings.tsx";
import { StatusBadge } from "../../../components/status_badge.tsx";
import { outcomeBadge, triggerName } from "../../../components/labels.ts";

const TRUNK_PX = 30;
const BRANCH_PX = 66;
const HEIGHT_PX = 84;
/** Per cent of the width that a label needs, in a window and on a phone. */
const LABEL = 3.5;
const PHONE_LABEL = 9;

/** As many as are read: there may be older ones. */
const MANY = 100;

interface Props {
  model: string;
  /** newest first */
  lineage: readonly LineageEntry[];
  served: readonly Service[];
}

/** Draws what served along the trunk, and off it what was trained to replace it and did not. */
export function Lineage({ model, lineage, served }: Props) {
  if (lineage.length < 2) return null;
  const oldestFirst = lineage.toReversed();
  const [start, end] = [oldestFirst[0].asOf, oldestFirst.at(-1)!.asOf];
  const total = msBetween(start, end) || 1;
  const xOf = new Map(oldestFirst.map((d) => [d.version, 2 + 96 * msBetween(start, d.asOf) / total]));
  const trunk = (d: LineageEntry) => d.outcome === "deployed" || d.outcome === "rolled back";
  const now = served.findLast(({ until }) => until === null)?.version;
  const servedCount = lineage.filter(trunk).length;
  const describe = `lineage of ${model}`;
  return (
    <div class="lineage">
      <h3>
        {lineage.length >= MANY && "The newest "}
        {counted(lineage.length, "version")} of {model}, {servedCount} came to serve{" "}
        <small>
          By data time. On the line: versions that served. Below it: challengers that were not deployed.
        </small>
      </h3>
      <svg class="plot lineage-line" height={HEIGHT_PX} role="img" aria-label={spoken(model, lineage, now)}>
        {oldestFirst.map((d) => (
          d.parent !== null && xOf.has(d.parent) && (
            <line
              key={d.version}
              class={trunk(d) ? (d.outcome === "rolled back" ? "mark back" : "line") : "line past"}
              x1={`${xOf.get(d.parent)}%`}
              x2={`${xOf.get(d.version)}%`}
              y1={TRUNK_PX}
              y2={trunk(d) ? TRUNK_PX : BRANCH_PX}
            />
          )
        ))}
        {oldestFirst.map((d, i) => {
          const x = xOf.get(d.version)!;
          const y = trunk(d) ? TRUNK_PX : BRANCH_PX;
          const before = oldestFirst.slice(0, i).findLast((other) => trunk(other) === trunk(d));
          const gap = before ? x - xOf.get(before.version)! : 100;
          return (
            <g key={d.version}>
              <circle
                class={d.version === now ? "dot new" : trunk(d) ? "dot" : "dot open"}
                cx={`${x}%`}
                cy={y}
                r={d.version === now ? 6 : 4}
              >
                <title>{story(d)}</title>
              </circle>
              {gap >= LABEL && (
                <text
                  class={`mid${d.version === now ? " green" : ""}${gap < PHONE_LABEL ? " wide-only" : ""}`}
                  x={`${x}%`}
                  y={trunk(d) ? TRUNK_PX - 13 : BRANCH_PX + 18}
                >
                  v{d.version}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <ChartTools id={`lineage-${model}`} describe={describe} numbers={numbersOf(lineage)}>
        <LineageTable model={model} lineage={lineage} />
      </ChartTools>
    </div>
  );
}

const challenged = ({ parent }: LineageEntry) => parent === null ? "nothing" : `v${parent}`;

const story = (d: LineageEntry): string =>
  `v${d.version} against ${challenged(d)}, ${moment(d.asOf, "day")}: ${
    outcomeBadge(d.outcome).word.toLowerCase()
  }${d.change ? `, loss ${percent(d.change.mean, { sign: true })} [${ends(d.change)}]` : ""}`;

const spoken = (model: string, lineage: readonly LineageEntry[], now: number | undefined): string =>
  `Lineage of ${model}: ${
    lineage.map((d) => `v${d.version} against ${challenged(d)} ${outcomeBadge(d.outcome).word.toLowerCase()}`)
      .join(", ")
  }${now === undefined ? "" : `; v${now} serves`}`;

const numbersOf = (lineage: readonly LineageEntry[]) => ({
  columns: [
    { name: "Version" },
    { name: "Challenged" },
    { name: "As of", as: "day" as const },
    { name: "Cycle" },
    { name: "Trigger" },
    { name: "Criterion" },
    { name: "Outcome" },
    ...["Change of the loss", "From", "To"].map((name) => ({ name, as: "percent" as const })),
    { name: "Rows", as: "count" as const },
  ],
  rows: lineage.map((d) => [
    `v${d.version}`,
    d.parent === null ? null : `v${d.parent}`,
    d.asOf,
    d.number,
    triggerName(d.trigger),
    d.because,
    d.outcome,
    d.change?.mean ?? null,
    d.change?.low ?? null,
    d.change?.high ?? null,
    d.change?.n ?? null,
  ]),
});

/** The same with where each came from, and a way to compare it with what it challenged. */
function LineageTable({ model, lineage }: { model: string; lineage: readonly LineageEntry[] }) {
  return (
    <table class="records">
      <caption class="visually-hidden">Where the versions of {model} came from, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col">Challenged</th>
          <th scope="col">Change of the loss at validation</th>
          <th scope="col">Outcome</th>
          <th scope="col">Cycle</th>
          <th scope="col">Trigger</th>
          <th scope="col">Criterion</th>
        </tr>
      </thead>
      <tbody>
        {lineage.map((d) => (
          <tr key={d.version}>
            <th scope="row">v{d.version}</th>
            <td data-label="Challenged">
              {d.parent === null
                ? "nothing, the first"
                : (
                  <a href={comparePath({ model, a: d.parent, b: d.version })}>
                    v{d.parent}
                    <span class="visually-hidden">: compare v{d.version} with it</span>
                  </a>
                )}
            </td>
            <td data-label="At validation">
              {d.change
                ? (
                  <>
                    {percent(d.change.mean, { sign: true })}{" "}
                    <small>[{ends(d.change)}] on {count(d.change.n)} rows</small>
                  </>
                )
                : <small>not compared</small>}
            </td>
            <td data-label="Outcome">
              <StatusBadge badge={outcomeBadge(d.outcome)} />
            </td>
            <td data-label="Cycle">
              <a href={`/cycles/${d.cycle}`}>cycle {d.number}</a>
            </td>
            <td data-label="Trigger">{triggerName(d.trigger)}</td>
            <td data-label="Criterion">{d.because}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The page that shows two versions beside each other. */
const comparePath = ({ model, a, b }: { model: string; a: number; b: number }): string =>
  `/versions/compare?${new URLSearchParams({ model, a: String(a), b: String(b) })}`;

interface CompareFormProps {
  model: string;
  /** newest first */
  versions: readonly number[];
  a?: number;
  b?: number;
}

/** Chooses the two versions to compare: left out, the newest two. */
export function CompareForm({ model, versions, a = versions[1], b = versions[0] }: CompareFormProps) {
  if (versions.length < 2) return null;
  const select = (name: "a" | "b", chosen: number, label: string) => (
    <>
      <label for={`${name}-${model}`}>{label}</label>
      <select id={`${name}-${model}`} name={name}>
        {versions.map((version) => (
          <option key={version} value={version} selected={version === chosen}>v{version}</option>
        ))}
      </select>
    </>
  );
  return (
    <form class="row" method="get" action="/versions/compare">
      <input type="hidden" name="model" value={model} />
      {select("b", b, `Compare ${model}`)}
      {select("a", a, "with")}
      <button type="submit">Compare</button>
    </form>
  );
}
