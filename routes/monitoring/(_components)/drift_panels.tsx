import type { DriftReport, FeatureShift } from "../../../src/drift/report.ts";
import type { Shape, Shapes } from "../../../src/monitoring/shapes.ts";
import { ChartTools } from "../../../components/chart_tools.tsx";
import type { Numbers } from "../../../src/dashboard/page_charts.ts";
import { type DriftSort, DriftTable } from "./drift_table.tsx";
import { chance, sensitivity } from "./monitoring_labels.ts";
import { count, figure, percent } from "../../../src/format/numbers.ts";
import { StatusIcon } from "../../../components/status_badge.tsx";

const PANELS = 4;

/** The inputs that matter most as small multiples; all of them in a table. */
export function DriftPanels(
  { report, shapes, labels, sort, url }: {
    report: DriftReport;
    sort: DriftSort;
    url: URL;
    shapes: Shapes | null;
    labels: Readonly<Record<string, string>>;
  },
) {
  const shown = report.features.slice(0, PANELS);
  const describe = `Inputs of ${report.model}, then and now`;
  return (
    <>
      {shapes
        ? (
          <div class="legend">
            <span>
              <svg viewBox="0 0 20 10" aria-hidden="true">
                <rect class="bar edged" width="20" height="10" />
              </svg>
              training data of v{report.version}, {count(report.reference.rows)} shoppers
            </span>
            <span>
              <svg viewBox="0 0 20 10" aria-hidden="true">
                <path class="line new" d="M0 9H6V3H14V9H20" />
              </svg>
              current, {count(report.current.rows)} shoppers
            </span>
            <ChartTools
              id="distributions"
              describe={describe}
              numbers={shapeNumbers(report, shapes)}
              table={false}
            />
          </div>
        )
        : (
          <p>
            <small>This evaluation predates stored distributions: numbers only.</small>
          </p>
        )}
      <div class="multiples">
        {shown.map((feature) => (
          <Panel
            key={feature.feature}
            feature={feature}
            label={labels[feature.feature]}
            shape={shapes?.[feature.feature] ?? null}
          />
        ))}
      </div>
      <DriftTable report={report} sort={sort} url={url} />
      <ChartTools
        id="drift"
        describe={`All inputs of ${report.model}`}
        numbers={driftNumbers(report)}
        table={false}
      />
    </>
  );
}

/** "0.0006 = 0.08 × 0.007", or what is not known of it. */
function Rank({ feature: { impact, shift, importance } }: { feature: FeatureShift }) {
  if (impact === null || shift === null || importance === null) {
    return <small>{importance === null ? "importance unknown" : "no shift of its mean"}</small>;
  }
  return (
    <>
      <b>{brief(impact)}</b>{" "}
      <small>
        = {Math.abs(shift).toFixed(2)} sd × {brief(Math.max(0, importance))}
      </small>
    </>
  );
}

/** A small number with two digits that say something. */
const brief = (x: number): string =>
  Math.abs(x) >= 0.0995 || x === 0 ? figure(x) : Number(x.toPrecision(2)).toString();

/** @param label of a model's own feature; the others go by their names */
function Panel(
  { feature, label, shape }: { feature: FeatureShift; label?: string; shape: Shape | null },
) {
  const { feature: name, p, drifted } = feature;
  return (
    <figure>
      <figcaption>
        <h3>{label ?? <code>{name}</code>}</h3>
        <p>
          <Rank feature={feature} />
        </p>
      </figcaption>
      {shape && <ShapePlot name={label ?? name} shape={shape} />}
      <p class="verdict">
        <small>
          {drifted && (
            <span class="status" data-status="watch">
              <StatusIcon name="watch" />
            </span>
          )} {chance(p)}; {sensitivity(feature)}
        </small>
      </p>
    </figure>
  );
}

const HEIGHT = 64;
const WIDTH = 1000;

/** Reference as a grey fill, current as a green outline: shares of the rows with a value that lie in each bin. */
function ShapePlot({ name, shape }: { name: string; shape: Shape }) {
  const { edges, reference, current, above, missing } = shape;
  const k = edges.length - 1;
  const then = sharesOf(reference, above.reference);
  const now = sharesOf(current, above.current);
  const top = Math.max(...then, ...now, 1e-9);
  const y = (share: number) => Number((HEIGHT - share / top * (HEIGHT - 6)).toFixed(1));
  const x = (bin: number) => Number((bin / k * WIDTH).toFixed(1));
  const outline = now.map((share, i) => `${i ? "V" : "L"}${i ? y(share) : `0,${y(share)}`}H${x(i + 1)}`).join(
    "",
  );
  const tail = above.current + above.reference > 0 ? "+" : "";
  const describe = `${name}: ${edgeText(edges[0])} to ${edgeText(edges[k])}${
    missing.current > 0 ? `, ${count(missing.current)} rows now without a value` : ""
  }`;
  return (
    <svg class="plot shape" height={HEIGHT} role="img" aria-label={describe}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" width="100%" height={HEIGHT}>
        {then.map((share, i) => (
          <rect
            key={i}
            class="bar edged"
            x={x(i)}
            y={y(share)}
            width={x(i + 1) - x(i)}
            height={HEIGHT - y(share)}
          />
        ))}
        <path class="line new" d={`M0,${HEIGHT}${outline}V${HEIGHT}`} />
        {then.map((share, i) => (
          <rect key={i} class="reach" x={x(i)} y={0} width={x(i + 1) - x(i)} height={HEIGHT}>
            <title>
              {`${edgeText(edges[i])} to ${edgeText(edges[i + 1])}: ${percent(share)} then, ${
                percent(now[i])
              } now`}
            </title>
          </rect>
        ))}
      </svg>
      <line class="axis" x1="0" y1={HEIGHT} x2="100%" y2={HEIGHT} />
      <text x="0" y={HEIGHT + 16}>{edgeText(edges[0])}</text>
      <text class="end" x="100%" y={HEIGHT + 16}>{edgeText(edges[k]) + tail}</text>
    </svg>
  );
}

const edgeText = (x: number): string => Number.isInteger(x) ? count(x) : figure(x);

function sharesOf(counts: readonly number[], above: number): number[] {
  const rows = counts.reduce((a, b) => a + b, above);
  return counts.map((n) => rows === 0 ? 0 : n / rows);
}

const shapeNumbers = ({ features }: DriftReport, shapes: Shapes): Numbers => ({
  columns: ["Input", "From", "To", "Then", "Now"].map((name) => ({ name })),
  rows: features.flatMap(({ feature }) => {
    const shape = shapes[feature];
    if (!shape) return [];
    const { edges, reference, current, above, missing } = shape;
    return [
      ...reference.map((n, i) => [feature, edges[i], edges[i + 1], n, current[i]]),
      [feature, edges.at(-1)!, "above", above.reference, above.current],
      [feature, "without a value", null, missing.reference, missing.current],
    ];
  }),
});

const driftNumbers = ({ features, alpha }: DriftReport): Numbers => ({
  columns: [
    { name: "Input" },
    { name: "Shift, sd", as: "signed" },
    { name: "Importance", as: "figure" },
    { name: "Shift × importance" },
    { name: "p, corrected", as: "figure" },
    { name: "Alarm at", as: "figure" },
    { name: "Smallest detectable, sd", as: "figure" },
    { name: "Missing then", as: "percent" },
    { name: "Missing now", as: "percent" },
    { name: "Result" },
  ],
  rows: features.map((f) => [
    f.feature,
    f.shift,
    f.importance,
    f.impact === null ? null : Number(f.impact.toPrecision(3)),
    f.p,
    alpha,
    f.smallest,
    f.missing.reference,
    f.missing.current,
    sensitivity(f),
  ]),
});
