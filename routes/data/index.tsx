import { page } from "fresh";
import { Arrivals, Sources } from "./(_components)/arrivals.tsx";
import { ActButton } from "../../components/act.tsx";
import { signInPath } from "../../src/dashboard/form.ts";
import { define } from "../../src/dashboard/define.ts";
import { counted } from "../../src/format/numbers.ts";
import { duration, msBetween } from "../../src/format/times.ts";
import { Reasons, Samples } from "./(_components)/quarantine_parts.tsx";
import { DaysChart, HoursChart } from "./(_components)/rate_charts.tsx";
import { follow } from "../../src/dashboard/view.ts";
import { Time } from "../../components/status_badge.tsx";
import type { DataView } from "../../src/dashboard/reads/data.ts";
import { PageHeader } from "../../components/page_header.tsx";

const SAMPLES = 20;

export const handler = define.handlers({
  async GET({ state }) {
    const { dashboard, person } = state;
    await follow(state, "data");
    const [data, samples] = await Promise.all([
      dashboard.data(),
      person ? dashboard.quarantined({ limit: SAMPLES }) : [],
    ]);
    state.title = "Data";
    return page({ data, samples });
  },
});

export default define.page<typeof handler>(function Data({ data: { data, samples }, state }) {
  return (
    <div id="data" data-redraw>
      <PageHeader>
        <h1>{answer(data)}</h1>
        <p>
          As of <Time iso={data.asOf} as="moment" />
          {data.clock === "pinned" && ": the clock of this installation is pinned to the end of its data"}.
          Data-quality findings are under <a href="/monitoring#quality">Monitoring</a>.
        </p>
      </PageHeader>
      <p class="row">
        {state.person
          ? <ActButton person={state.person} href="/act/import">Import a file</ActButton>
          : <a href={signInPath("/act/import")}>Sign in to import a file</a>}
      </p>
      <Arrivals data={data} />
      <div class="columns">
        <section class="section" aria-labelledby="by-hour">
          <h2 id="by-hour" class="visually-hidden">Events by hour</h2>
          <HoursChart hours={data.hours} />
        </section>
        {data.days.length > 0 && (
          <section class="section" aria-labelledby="by-day">
            <h2 id="by-day" class="visually-hidden">Events by day and type</h2>
            <DaysChart days={data.days} />
          </section>
        )}
      </div>
      <section class="section" aria-labelledby="quarantine">
        <Reasons reasons={data.reasons} person={state.person} />
        {data.reasons.some((r) => r.events > 0) && <Samples rows={samples} person={state.person} />}
      </section>
      <section class="section" aria-labelledby="sources">
        <Sources data={data} />
      </section>
    </div>
  );
});

const LONG_MS = 36 * 3_600_000;

function answer({ newest, asOf, days, reasons }: DataView): string {
  const waiting = reasons.reduce((sum, r) => sum + r.events, 0);
  const aside = waiting === 0 ? "none in quarantine" : `${counted(waiting, "event")} in quarantine`;
  if (!newest.at) return `No events yet; ${aside}.`;
  const ago = msBetween(newest.at, asOf);
  if (ago > LONG_MS) return `The newest event is ${duration(ago)} old; ${aside}.`;
  const last = Math.floor(Date.parse(newest.at) / 86_400_000);
  const today = days.filter(({ day }) => day === last).reduce((sum, d) => sum + d.events, 0);
  return `Receiving events, ${counted(today, "event")} on the newest day; ${aside}.`;
}
