import * as Plot from "@observablehq/plot";
import { DAY_MS } from "../../../src/core/time.ts";
import type { DataView } from "../../../src/dashboard/reads/data.ts";
import type { HourPoint } from "../../../src/monitoring/usual_hours.ts";
import { count, counted } from "../../../src/format/numbers.ts";
import { moment } from "../../../src/format/times.ts";
import { type Drawing, Figure, timeAxis } from "../../../components/plot.tsx";

/** The newest week hour by hour, beside what the same hours of the weeks before brought. */
export function HoursChart({ hours }: { hours: readonly HourPoint[] }) {
  if (hours.length === 0) {
    return (
      <>
        <h3>Hour by hour</h3>
        <p>No events yet: the chart begins with the first hour that is over.</p>
      </>
    );
  }
  const title = findingOf(hours);
  return (
    <Figure
      id="hours"
      title={title}
      measure="events in an hour, by the time they happened; band: range of the same hour and weekday over up to six weeks before"
      describe={`${title}; ${
        count(hours.reduce((sum, h) => sum + h.events, 0))
      } events in ${hours.length} hours`}
      data={hours}
      drawing={hoursDrawing(hours)}
      numbers={{
        columns: [
          { name: "Hour", as: "moment" },
          { name: "Events", as: "count" },
          { name: "Fewest", as: "count" },
          { name: "Median", as: "count" },
          { name: "Most", as: "count" },
          { name: "Weeks before", as: "count" },
        ],
        rows: hours.map(({ at, events, usual }) => [
          at,
          events,
          usual?.low ?? null,
          usual?.middle ?? null,
          usual?.high ?? null,
          usual?.weeks ?? null,
        ]),
      }}
    />
  );
}

/** Counts hours; it is no test, and says so by naming none. */
function findingOf(hours: readonly HourPoint[]): string {
  const known = hours.filter((h) => h.usual !== null);
  if (known.length === 0) {
    return "Not enough data for the usual range of an hour: three weeks of history are needed";
  }
  const within = known.filter(({ events, usual }) => events >= usual!.low && events <= usual!.high);
  return `${within.length} of ${counted(known.length, "hour")} within the range of the weeks before`;
}

const hoursDrawing = (hours: readonly HourPoint[]): Drawing => (width) => {
  const points = hours.map((h) => ({ ...h, ...h.usual, date: new Date(h.at) }));
  const known = points.filter((p) => p.usual !== null);
  return {
    width,
    height: 190,
    marginLeft: 48,
    marginRight: 12,
    marginTop: 12,
    marginBottom: 36,
    x: { type: "utc", label: null },
    y: { label: null, nice: true },
    marks: [
      Plot.gridY({ ticks: 4, stroke: "var(--chart-grid)", strokeOpacity: 1 }),
      Plot.axisY({ ticks: 4, tickSize: 0, tickFormat: count }),
      timeAxis(points[0].date, points.at(-1)!.date, width),
      Plot.areaY(known, { x: "date", y1: "low", y2: "high", fill: "var(--chart-band)", curve: "step-after" }),
      Plot.line(points, {
        x: "date",
        y: "events",
        stroke: "var(--evergreen)",
        strokeWidth: 1.5,
        curve: "step-after",
      }),
      Plot.dot(points, {
        x: "date",
        y: "events",
        r: 3,
        fill: "transparent",
        title: (p: HourPoint) =>
          `${moment(p.at, "moment")} UTC: ${counted(p.events, "event")}` +
          (p.usual ? `, usually ${count(p.usual.low)} to ${count(p.usual.high)}` : ""),
      }),
    ],
  };
};

const TYPES = 4;
const TONES = ["var(--chart-reference)", "var(--chart-line)", "var(--chart-axis)", "var(--chart-band)"];

interface DayType {
  date: Date;
  type: string;
  events: number;
}

/** Events of each day by type: the most common types by name, the rest together. */
export function DaysChart({ days }: { days: DataView["days"] }) {
  if (days.length === 0) return null;
  const { types, rows } = byType(days);
  const all = rows.reduce((sum, r) => sum + r.events, 0);
  const dates = new Set(days.map(({ day }) => day));
  const title = `${count(all)} events on ${counted(dates.size, "day")}`;
  return (
    <Figure
      id="days"
      title={title}
      measure={`events in a day (UTC), by the time they happened and by type: ${
        types.join(", ")
      }, from below`}
      describe={`${title}, of ${counted(types.length, "type")}`}
      data={rows}
      drawing={daysDrawing(rows, types)}
      numbers={{
        columns: [{ name: "Day", as: "day" }, { name: "Type" }, { name: "Events", as: "count" }],
        rows: days.map(({ day, type, events }) => [new Date(day * DAY_MS).toISOString(), type, events]),
      }}
    />
  );
}

const REST = "other";

function byType(days: DataView["days"]): { types: string[]; rows: DayType[] } {
  const totals = new Map<string, number>();
  for (const { type, events } of days) totals.set(type, (totals.get(type) ?? 0) + events);
  const ranked = [...totals].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([type]) => type);
  const named = ranked.length <= TYPES ? ranked : [...ranked.slice(0, TYPES - 1), REST];
  const summed = new Map<string, DayType>();
  for (const { day, type, events } of days) {
    const as = named.includes(type) ? type : REST;
    const key = `${day} ${as}`;
    const row = summed.get(key) ?? { date: new Date(day * DAY_MS), type: as, events: 0 };
    row.events += events;
    summed.set(key, row);
  }
  return { types: named, rows: [...summed.values()] };
}

const daysDrawing = (rows: readonly DayType[], types: readonly string[]): Drawing => (width) => {
  const from = rows[0].date;
  const to = new Date(rows.at(-1)!.date.getTime() + DAY_MS);
  return {
    width,
    height: 190,
    marginLeft: 48,
    marginRight: 12,
    marginTop: 12,
    marginBottom: 36,
    x: { type: "utc", label: null, domain: [from, to] },
    y: { label: null, nice: true },
    color: { domain: [...types], range: TONES.slice(0, types.length) },
    marks: [
      Plot.gridY({ ticks: 4, stroke: "var(--chart-grid)", strokeOpacity: 1 }),
      Plot.axisY({ ticks: 4, tickSize: 0, tickFormat: count }),
      timeAxis(from, to, width),
      Plot.rectY(rows, {
        x1: "date",
        x2: (r: DayType) => new Date(r.date.getTime() + DAY_MS),
        y: "events",
        fill: "type",
        order: [...types],
        insetLeft: .5,
        insetRight: .5,
        title: (r: DayType) => `${moment(r.date.toISOString(), "day")}: ${counted(r.events, r.type)}`,
      }),
    ],
  };
};
