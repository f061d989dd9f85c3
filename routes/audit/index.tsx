import { page } from "fresh";
import { recordWords } from "../../src/format/record_words.ts";
import { changesText } from "../../components/config_labels.ts";
import type { AuditReads } from "../../src/dashboard/reads/audit.ts";
import { define } from "../../src/dashboard/define.ts";
import { seeOther, signInPath } from "../../src/dashboard/form.ts";
import { Time } from "../../components/status_badge.tsx";
import { type Cell, csvLines, csvText } from "../../src/core/csv.ts";
import type { AuditRow } from "../../src/db/access/audit.ts";
import type { RetrainingConfig } from "../../src/config/retraining.ts";
import { configChanges } from "../../src/config/settings.ts";
import { follow } from "../../src/dashboard/view.ts";
import { PageHeader } from "../../components/page_header.tsx";

const PAGE_ROWS = 100;
const CSV_ROWS = 1000;

interface Filter {
  who?: string;
  action?: string;
  before?: number;
}

function readFilter(query: URLSearchParams): Filter {
  const before = Number(query.get("before"));
  return {
    who: query.get("who") || undefined,
    action: query.get("action") || undefined,
    before: Number.isSafeInteger(before) && before > 0 ? before : undefined,
  };
}

function address(filter: Filter & { csv?: string }): string {
  const parameters = Object.entries(filter).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(parameters.map(([name, value]) => [name, String(value)]));
  return query.size > 0 ? `/audit?${query}` : "/audit";
}

export const handler = define.handlers({
  async GET({ url, state }) {
    const { dashboard, person } = state;
    if (!person) return seeOther(signInPath(url.pathname + url.search));
    const filter = readFilter(url.searchParams);
    if (url.searchParams.get("csv") === "audit") return csvAnswer(dashboard, filter);
    if (filter.before === undefined) await follow(state, "looks"); // an older page stays as it is
    const [list, names] = await Promise.all([
      dashboard.audit({ ...filter, limit: PAGE_ROWS }),
      dashboard.auditNames(),
    ]);
    state.title = "Audit";
    return page({ ...list, names, filter });
  },
});

const NAMES = ["number", "at", "who", "what", "on", "why", "before", "after", "request"];

const cellsOf = (row: AuditRow): Cell[] => [
  row.id,
  row.at,
  row.who,
  row.action,
  row.target,
  row.why,
  ...[row.before, row.after].map((value) => value === null ? null : JSON.stringify(value)),
  row.requestId,
];

/** All that matches, page by page, so that thousands of rows are never held at once. */
function csvAnswer(dashboard: AuditReads, { before: _, ...filter }: Filter): Response {
  async function* lines() {
    yield csvText(NAMES, []);
    let before: number | undefined;
    do {
      const { changes, next } = await dashboard.audit({ ...filter, before, limit: CSV_ROWS });
      yield csvLines(changes.map(cellsOf));
      before = next ?? undefined;
    } while (before !== undefined);
  }
  const headers = {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": 'attachment; filename="audit.csv"',
  };
  return new Response(ReadableStream.from(lines()).pipeThrough(new TextEncoderStream()), { headers });
}

export default define.page<typeof handler>(function Audit({ data }) {
  const { changes, next, names, filter } = data;
  return (
    <>
      <PageHeader id="answer" data-redraw>
        <h1>{answer(changes, filter)}</h1>
        <p>
          Every change made by a person, newest first. The log is append-only and hash-chained.
        </p>
      </PageHeader>
      <FilterForm filter={filter} names={names} />
      <div id="list" data-redraw>
        {changes.length === 0
          ? (
            <p class="notice">
              {filter.who || filter.action || filter.before
                ? "No change matches."
                : "No changes yet. Each change appears here with its author and reason."}
            </p>
          )
          : <AuditTable changes={changes} />}
      </div>
      <nav class="row pages" aria-label="Pages">
        {filter.before && <a rel="prev" href={address({ ...filter, before: undefined })}>Newest</a>}
        {next && <a rel="next" href={address({ ...filter, before: next })}>Older</a>}
        {changes.length > 0 && (
          <a href={address({ ...filter, before: undefined, csv: "audit" })} download="audit.csv">
            CSV of all that matches
          </a>
        )}
      </nav>
    </>
  );
});

function answer([newest]: readonly AuditRow[], { who, action, before }: Filter): string {
  if (!newest) return "No changes yet.";
  if (before) return `Changes before number ${before}.`;
  const matching = who ?? action ? " that matches" : "";
  return `The last change${matching} was made by ${newest.who}: ${newest.action} on ${newest.target}.`;
}

function FilterForm({ filter, names }: { filter: Filter; names: { who: string[]; actions: string[] } }) {
  const select = (name: "who" | "action", label: string, options: readonly string[]) => (
    <label>
      {label}{" "}
      <select name={name}>
        <option value="">all</option>
        {options.map((option) => (
          <option key={option} value={option} selected={filter[name] === option}>{option}</option>
        ))}
      </select>
    </label>
  );
  return (
    <form class="row filter" method="get" action="/audit">
      {select("who", "Who", names.who)}
      {select("action", "What", names.actions)}
      <button type="submit">Show</button>
    </form>
  );
}

function AuditTable({ changes }: { changes: readonly AuditRow[] }) {
  return (
    <table class="records">
      <caption class="visually-hidden">Changes made by people, newest first</caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">What</th>
          <th scope="col">On</th>
          <th scope="col">Reason</th>
          <th scope="col">Before and after</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((row) => (
          <tr key={row.id} id={`change-${row.id}`}>
            <th scope="row">
              <Time iso={row.at} as="moment" />
            </th>
            <td data-label="Who">{row.who}</td>
            <td data-label="What">{row.action}</td>
            <td data-label="On">{row.target}</td>
            <td data-label="Reason">{row.why || <small>no reason given</small>}</td>
            <td data-label="Before and after">
              <Difference {...row} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const BRIEF_MAX = 90;

/** Shows a change before and after: of configurations what differs, of all else as it was written down. */
function Difference({ before, after }: AuditRow) {
  if (isConfig(before) && isConfig(after)) {
    const text = changesText(configChanges(before.config, after.config)) || "no change";
    return <small>version {before.version} to {after.version}: {text}</small>;
  }
  if (before === null && after === null) return <small>–</small>;
  const [was, is] = [before, after].map(recordWords);
  if (was === is) return <small>no change: {is}</small>;
  const short = `${was} to ${is}`;
  if (short.length <= BRIEF_MAX) return <small>{before === null ? is : short}</small>;
  return (
    <details>
      <summary>{is.slice(0, BRIEF_MAX)}...</summary>
      <small class="own">
        before: <code>{was}</code>
      </small>
      <small class="own">
        after: <code>{is}</code>
      </small>
    </details>
  );
}

const isConfig = (value: unknown): value is { version: number; config: RetrainingConfig } =>
  typeof value === "object" && value !== null && "config" in value && "version" in value &&
  typeof value.config === "object" && value.config !== null && "models" in value.config;
