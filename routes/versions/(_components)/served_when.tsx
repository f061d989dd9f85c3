import type { Cell } from "../../../src/core/csv.ts";
import { ChartTools } from "../../../components/chart_tools.tsx";
import type { Column } from "../../../src/dashboard/page_charts.ts";
import { moment, msBetween } from "../../../src/format/times.ts";
import type { Service } from "../../../components/version_rings.tsx";

const ROW_PX = 58;
const BAND_PX = 32;
const LABEL_FROM = 4;
const NAME_MAX = 12; // characters that fit beside a band
const PHONE_LABEL_FROM = 10; // per cent of the width that "v12" needs

interface Props {
  models: { model: string; served: readonly Service[] }[];
  asOf: string;
}

/** One band per model over the time of the data. x in per cent, so that it fits any width. */
export function ServedWhen({ models, asOf }: Props) {
  const all = models.flatMap((m) => m.served);
  if (all.length === 0) {
    return <p>No version has served yet. The first appears here once a cycle deploys it.</p>;
  }
  const start = all.map((s) => s.from).sort()[0];
  const end = [asOf, ...all.map((s) => s.from)].sort().at(-1)!;
  const total = Math.max(1, msBetween(start, end));
  const x = (iso: string) => msBetween(start, iso) / total * 100;
  const height = models.length * ROW_PX;
  const isBeside = models.every(({ model }) => model.length <= NAME_MAX);
  return (
    <>
      <svg
        class="plot bands"
        height={height}
        role="img"
        aria-label={`Deployment history: ${models.map(spoken).join("; ")}`}
      >
        <defs>
          <pattern
            id="hatch"
            width="5"
            height="5"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <path class="hatch" d="M0 0V5" />
          </pattern>
        </defs>
        {models.map(({ model, served }, row) => {
          const y = row * ROW_PX + 18;
          return (
            <g key={model}>
              {isBeside
                ? <text class="end strong" x="0" dx="-10" y={y + BAND_PX / 2 + 4}>{model}</text>
                : <text class="strong" x="0" y={y - 5}>{model}</text>}
              {served.map((s, i) => {
                const from = x(s.from);
                const width = Math.max(0.3, x(s.until ?? end) - from);
                const kind = s.until === null
                  ? "bar new"
                  : s.rolledBack
                  ? "bar back"
                  : i % 2
                  ? "bar"
                  : "bar pale";
                return (
                  <g key={s.from + s.version}>
                    <rect class={kind} x={`${from}%`} width={`${width}%`} y={y} height={BAND_PX}>
                      <title>
                        {`v${s.version}: ${moment(s.from, "day")} to ${
                          s.until ? moment(s.until, "day") : "now"
                        }`}
                      </title>
                    </rect>
                    {width >= LABEL_FROM && (
                      <text
                        class={`${s.until === null ? "on-green" : "strong"} mid${
                          width < PHONE_LABEL_FROM ? " wide-only" : ""
                        }`}
                        x={`${from + width / 2}%`}
                        y={y + BAND_PX / 2 + 4}
                      >
                        v{s.version}
                      </text>
                    )}
                  </g>
                );
              })}
            </g>
          );
        })}
        <line class="axis" x1="0" x2="100%" y1={height} y2={height} />
        {[0, 0.5, 1].map((share) => (
          <text
            key={share}
            class={share === 0 ? "" : share === 1 ? "end" : "mid"}
            x={`${share * 100}%`}
            y={height + 17}
          >
            {moment(new Date(Date.parse(start) + share * total).toISOString(), "day")}
          </text>
        ))}
      </svg>
      <ChartTools
        id="served"
        describe="deployment history"
        numbers={{ columns: COLUMNS, rows: models.flatMap(rowsOf) }}
      />
    </>
  );
}

const COLUMNS: readonly Column[] = [
  { name: "Model" },
  { name: "Version" },
  { name: "From", as: "day" },
  { name: "Until", as: "day" },
  { name: "Rolled back" },
];

const rowsOf = ({ model, served }: Props["models"][number]): Cell[][] =>
  served.map((s) => [model, `v${s.version}`, s.from, s.until, s.rolledBack ? "yes" : "no"]);

const spoken = ({ model, served }: Props["models"][number]) =>
  `${model}: ${served.map((s) => `v${s.version} from ${moment(s.from, "day")}`).join(", ") || "none yet"}`;
