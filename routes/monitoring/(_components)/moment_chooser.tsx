import type { MonitoringView } from "../../../src/dashboard/reads/monitoring.ts";
import { DAY_MS } from "../../../src/core/time.ts";
import { moment } from "../../../src/format/times.ts";

/** How far back the charts go. */
export const RANGES = [
  { days: 30, name: "last 30 days" },
  { days: 90, name: "last 90 days" },
  { days: 365, name: "last year" },
] as const;
export type Range = typeof RANGES[number];

/** Returns the evaluations and moves of the last days before the newest evaluation. */
export function within(
  { trail, moves }: Pick<MonitoringView, "trail" | "moves">,
  days: number,
): Pick<MonitoringView, "trail" | "moves"> {
  const newest = trail.at(-1)?.asOf;
  if (newest === undefined) return { trail, moves };
  const fromMs = Date.parse(newest) - days * DAY_MS;
  const isWithin = ({ asOf }: { asOf: string }) => Date.parse(asOf) >= fromMs;
  return { trail: trail.filter(isWithin), moves: moves.filter(isWithin) };
}

/** Chooses the model and the evaluation: links and a form, so that both work without JavaScript. */
export function MomentChooser(
  { view: { model, brief, looks, at }, range }: { view: MonitoringView; range: Range | null },
) {
  const moments = [...new Map(looks.map((look) => [look.asOf, look])).values()];
  return (
    <form class="row filter" method="get" action="/monitoring">
      <label for="model">Model</label>
      <select id="model" name="model">
        {brief.map((modelBrief) => (
          <option key={modelBrief.model} value={modelBrief.model} selected={modelBrief.model === model}>
            {modelBrief.model}
          </option>
        ))}
      </select>
      {moments.length > 0 && (
        <>
          <label for="at">Evaluation</label>
          <select id="at" name="at">
            <option value="" selected={at === null}>newest</option>
            {moments.map(({ asOf, answer }) => (
              <option key={asOf} value={asOf} selected={asOf === at}>
                {moment(asOf, asOf.endsWith("T00:00:00.000Z") ? "day" : "moment")}: {answer}
              </option>
            ))}
          </select>
        </>
      )}
      <label for="days">Charts</label>
      <select id="days" name="days">
        <option value="" selected={range === null}>all of it</option>
        {RANGES.map(({ days, name }) => (
          <option key={days} value={days} selected={days === range?.days}>{name}</option>
        ))}
      </select>
      <button type="submit">Show</button>
      {at !== null && (
        <a
          href={`/monitoring?${new URLSearchParams({ model, ...range ? { days: String(range.days) } : {} })}`}
        >
          Back to the newest evaluation
        </a>
      )}
    </form>
  );
}
