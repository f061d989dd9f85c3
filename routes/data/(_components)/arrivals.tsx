import { DAY_MS } from "../../../src/core/time.ts";
import type { DataView } from "../../../src/dashboard/reads/data.ts";
import { ChartTools } from "../../../components/chart_tools.tsx";
import { count, counted, percent } from "../../../src/format/numbers.ts";
import { duration, msBetween } from "../../../src/format/times.ts";
import { Time } from "../../../components/status_badge.tsx";

/** Events that come live are not days old. */
const IMPORTED_S = 2 * 86_400;
const lag = (seconds: number): string => duration(Math.max(0, seconds) * 1000);

/** The newest event, how late events come, how often they come twice. */
export function Arrivals({ data: { asOf, days, newest, brief, repeats } }: { data: DataView }) {
  const events = brief.reduce((sum, d) => sum + d.events, 0);
  const late = brief.reduce((sum, d) => sum + d.late, 0);
  const twice = brief.reduce((sum, d) => sum + d.duplicates, 0);
  const sent = repeats.reduce((sum, r) => sum + r.events, 0);
  const isImported = (newest.lagMiddle ?? 0) > IMPORTED_S;
  const last = days.at(-1)?.day;
  const lastDay = days.filter(({ day }) => day === last).reduce((sum, d) => sum + d.events, 0);
  return (
    <>
      <dl class="answers">
        <div>
          <dt>Newest event</dt>
          <dd>
            {newest.at ? <Time iso={newest.at} as="moment" /> : "none yet"}
            {newest.at && <small>, {duration(msBetween(newest.at, asOf))} before the moment shown</small>}
          </dd>
        </div>
        {last !== undefined && (
          <div>
            <dt>Newest day with events</dt>
            <dd>
              {counted(lastDay, "event")}{" "}
              <small>
                on <Time iso={new Date(last * DAY_MS).toISOString()} as="day" />
              </small>
            </dd>
          </div>
        )}
        {newest.lagMiddle !== null && (
          <div>
            <dt>Median lag</dt>
            <dd>
              {isImported ? "not counted: imported history" : (
                <>
                  {lag(newest.lagMiddle)}{" "}
                  <small>
                    {lag(newest.lagMost!)} 95th percentile; newest {counted(newest.events, "event")}
                  </small>
                </>
              )}
            </dd>
          </div>
        )}
        <div>
          <dt>Late by over an hour</dt>
          <dd>
            {brief.length === 0
              ? "no live data yet"
              : isImported
              ? "not counted: imported history"
              : share(late, events)}
          </dd>
        </div>
        <div>
          <dt>Duplicate content</dt>
          <dd>{brief.length === 0 ? "no live data yet" : share(twice, events)}</dd>
        </div>
        <div>
          <dt>Duplicate ids</dt>
          <dd>
            {count(sent)} <small>in the last 56 days, counted once</small>
          </dd>
        </div>
      </dl>
      {brief.length > 0 && (
        <ChartTools
          id="arrivals"
          describe="Late and repeated events by day"
          numbers={{
            columns: [
              { name: "Day", as: "day" },
              { name: "Events", as: "count" },
              { name: "Late", as: "count" },
              { name: "Duplicate content", as: "count" },
            ],
            rows: brief.map((d) => [new Date(d.day * DAY_MS).toISOString(), d.events, d.late, d.duplicates]),
          }}
        />
      )}
    </>
  );
}

const share = (part: number, total: number) => (
  <>
    {count(part)} <small>of {count(total)}, {percent(total > 0 ? part / total : 0)}</small>
  </>
);

/** Shows the sources of events, as far as they are known. */
export function Sources({ data: { imports, repeats } }: { data: DataView }) {
  return (
    <>
      <h2 id="sources">
        Sources{" "}
        <small>
          For events sent over HTTP the source is not recorded; imported files and duplicates are counted.
        </small>
      </h2>
      {imports.length === 0 ? <p>No file was imported.</p> : <ImportTable imports={imports} />}
      {repeats.length > 0 && (
        <table class="narrow">
          <caption>
            <h3>Duplicates by source</h3>
          </caption>
          <thead>
            <tr>
              <th scope="col">Source</th>
              <th scope="col" class="num">Events</th>
              <th scope="col">Last on</th>
            </tr>
          </thead>
          <tbody>
            {repeats.map((r) => (
              <tr key={r.source}>
                <th scope="row">{r.source}</th>
                <td class="num">{count(r.events)}</td>
                <td>
                  <Time iso={new Date(r.lastDay * DAY_MS).toISOString()} as="day" />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

function ImportTable({ imports }: { imports: DataView["imports"] }) {
  return (
    <table class="records">
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col" class="num">Lines</th>
          <th scope="col" class="num">Events</th>
          <th scope="col" class="num">Duplicates</th>
          <th scope="col" class="num">Quarantined</th>
          <th scope="col">Finished</th>
        </tr>
      </thead>
      <tbody>
        {imports.map((i) => (
          <tr key={`${i.name} ${i.updatedAt}`}>
            <th scope="row">{i.name}</th>
            <td data-label="Lines" class="num">{count(i.linesDone)}</td>
            <td data-label="Events" class="num">{count(i.accepted)}</td>
            <td data-label="Duplicates" class="num">{count(i.duplicates)}</td>
            <td data-label="Quarantined" class="num">{count(i.quarantined)}</td>
            <td data-label="Finished">
              {i.finishedAt ? <Time iso={i.finishedAt} as="moment" /> : (
                <>
                  incomplete; last at <Time iso={i.updatedAt} as="moment" />
                </>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
