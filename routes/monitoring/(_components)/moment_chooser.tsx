import type { MonitoringView } from "../../../src/dashboard/reads/monitoring.ts";
import { moment } from "../../../src/format/times.ts";

/** Chooses the model and the evaluation: links and a form, so that both work without JavaScript. */
export function MomentChooser({ view: { model, brief, looks, at } }: { view: MonitoringView }) {
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
      <button type="submit">Show</button>
      {at !== null && (
        <a href={`/monitoring?${new URLSearchParams({ model })}`}>Back to the newest evaluation</a>
      )}
    </form>
  );
}
