import { page } from "fresh";
import {
  ALERT_KINDS,
  deliveryText,
  kindName,
  seenText,
  severityBadge,
} from "./(_components)/alert_labels.ts";
import { adviceOn } from "../../components/alert_advice.ts";
import { Acknowledge, AdviceLinks, details } from "../../components/alerts.tsx";
import { ChartTools } from "../../components/chart_tools.tsx";
import type { AlertList } from "../../src/dashboard/reads/alerts.ts";
import { define } from "../../src/dashboard/define.ts";
import type { Person } from "../../src/dashboard/session.ts";
import { count, counted } from "../../src/format/numbers.ts";
import { moment } from "../../src/format/times.ts";
import { StatusBadge, Time } from "../../components/status_badge.tsx";
import type { Alert, AlertKind, Delivery } from "../../src/alerts/alert.ts";
import { follow } from "../../src/dashboard/view.ts";
import { PageHeader } from "../../components/page_header.tsx";

const PAGE_ROWS = 50;
const STATES = ["open", "closed"] as const;

interface Filter {
  state?: "open" | "closed";
  kind?: AlertKind;
  model?: string;
  before?: number;
}

/** The filter in an address; what makes no sense there is left out. */
function readFilter(query: URLSearchParams, models: readonly string[]): Filter {
  const before = Number(query.get("before"));
  return {
    state: STATES.find((s) => s === query.get("state")),
    kind: ALERT_KINDS.find((k) => k === query.get("kind")),
    model: models.find((m) => m === query.get("model")),
    before: Number.isSafeInteger(before) && before > 0 ? before : undefined,
  };
}

function address(filter: Filter): string {
  const parameters = Object.entries(filter).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(parameters.map(([name, value]) => [name, String(value)]));
  return query.size > 0 ? `/alerts?${query}` : "/alerts";
}

export const handler = define.handlers({
  async GET({ url, state }) {
    const { status: { models } } = await follow(state, "alerts");
    const names = models.map((m) => m.model);
    const filter = readFilter(url.searchParams, names);
    const [list, all] = await Promise.all([
      state.dashboard.alertList({ ...filter, limit: PAGE_ROWS }),
      state.dashboard.alerts(),
    ]);
    state.title = all.length > 0 ? `(${all.length}) Alerts` : "Alerts";
    return page({ list, filter, names, all });
  },
});

export default define.page<typeof handler>(function AlertsPage({ data, state }) {
  const { list, filter, names, all } = data;
  const filtered = Object.values(filter).some((value) => value !== undefined);
  return (
    <>
      <PageHeader id="answer" data-redraw>
        <h1>{answer(all)}</h1>
        <p>{acknowledgements(all, list)}</p>
        {all.length > 0 && !state.person && (
          <p>
            <a href="/sign-in?to=%2Falerts">Sign in to act</a>
          </p>
        )}
      </PageHeader>
      <FilterForm filter={filter} models={names} />
      <div id="list" data-redraw>
        {list.open.length > 0 && (
          <AlertTable
            title="Open"
            alerts={gravestFirst(list.open)}
            deliveries={list.deliveries}
            person={state.person}
          />
        )}
        {list.closed.length > 0 && (
          <AlertTable title="Closed" alerts={list.closed} deliveries={list.deliveries} person={null} />
        )}
        {list.open.length + list.closed.length === 0 && (
          <p class="notice">
            {filtered
              ? "No alert matches."
              : "No alerts yet. Alerts open when something needs attention, and close when the cause is gone."}
          </p>
        )}
      </div>
      <nav class="row pages" aria-label="Pages">
        {filter.before && <a rel="prev" href={address({ ...filter, before: undefined })}>Newest</a>}
        {list.next && <a rel="next" href={address({ ...filter, before: list.next })}>Older</a>}
      </nav>
    </>
  );
});

const SEVERITIES = ["critical", "warning", "info"];

/** Sorts the alerts that need a person most first; of those alike, the newest. */
const gravestFirst = (alerts: readonly Alert[]): Alert[] =>
  alerts.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));

/** Counts the open alerts, and how many of those that nobody acknowledged are critical. */
function answer(all: readonly Alert[]): string {
  if (all.length === 0) return "No open alerts.";
  const unseen = all.filter((a) => a.acknowledgedAt === null);
  const critical = unseen.filter((a) => a.severity === "critical").length;
  const open = counted(all.length, "open alert");
  if (unseen.length === 0) return `${open}, acknowledged.`;
  if (critical === 0) return `${open}.`;
  return `${open}, ${critical === all.length ? "critical" : `${count(critical)} critical`}.`;
}

/** Sums up the alerts, or says when the last one was. */
function acknowledgements(all: readonly Alert[], { lastClosedAt }: AlertList) {
  if (all.length === 0) {
    return lastClosedAt
      ? (
        <>
          The last alert closed <Time iso={lastClosedAt} as="moment" />.
        </>
      )
      : "There have been no alerts yet.";
  }
  const seen = all.filter((a) => a.acknowledgedAt !== null);
  if (seen.length === 0) return "Not acknowledged yet: an alert that stays so is sent again as critical.";
  if (all.length > 1) return `${count(seen.length)} acknowledged, no further escalation.`;
  const [{ acknowledgedBy, acknowledgedAt }] = seen;
  return (
    <>
      Acknowledged by {acknowledgedBy}, <Time iso={acknowledgedAt!} as="moment" />; no further escalation.
    </>
  );
}

function FilterForm({ filter, models }: { filter: Filter; models: readonly string[] }) {
  const select = (
    name: "state" | "kind" | "model",
    label: string,
    all: string,
    options: [string, string][],
  ) => (
    <label>
      {label}{" "}
      <select name={name}>
        <option value="">{all}</option>
        {options.map(([value, text]) => (
          <option key={value} value={value} selected={filter[name] === value}>{text}</option>
        ))}
      </select>
    </label>
  );
  return (
    <form class="row filter" method="get" action="/alerts">
      {select("state", "State", "open, then closed", [["open", "open"], ["closed", "closed"]])}
      {select("kind", "Kind", "all", ALERT_KINDS.map((kind) => [kind, kindName(kind)]))}
      {select("model", "Model", "all", models.map((model) => [model, model]))}
      <button type="submit">Show</button>
    </form>
  );
}

interface TableProps {
  title: "Open" | "Closed";
  alerts: readonly Alert[];
  deliveries: readonly Delivery[];
  person: Person | null;
}

function AlertTable({ title, alerts, deliveries, person }: TableProps) {
  const isOpen = title === "Open";
  const id = title.toLowerCase();
  return (
    <section class="section" aria-labelledby={id}>
      <table class="records alerts">
        <caption>
          <h2 id={id}>{title}</h2>
        </caption>
        <thead>
          <tr>
            <th scope="col">Alert</th>
            <th scope="col">About</th>
            <th scope="col">Since</th>
            <th scope="col">{isOpen ? "What to do" : "Closed"}</th>
            <th scope="col">Notified</th>
          </tr>
        </thead>
        <tbody>
          {alerts.map((alert) => (
            <AlertRow
              key={alert.id}
              alert={alert}
              deliveries={deliveries.filter((d) => d.alertId === alert.id)}
              person={person}
            />
          ))}
        </tbody>
      </table>
      <ChartTools
        id={`${id}-alerts`}
        describe={`the ${id} alerts of this page`}
        numbers={{ columns: COLUMNS, rows: alerts.map(rowOf) }}
        table={false}
      />
    </section>
  );
}

const COLUMNS = [
  "Number",
  "Kind",
  "Model",
  "Severity",
  "Title",
  "Opened",
  "Last seen",
  "Seen",
  "Acknowledged by",
]
  .concat(["Acknowledged why", "Closed", "Closed why"]).map((name) => ({ name }));

const rowOf = (a: Alert) => [
  a.id,
  a.kind,
  a.model,
  a.severity,
  a.title,
  a.openedAt,
  a.lastSeenAt,
  a.seen,
  a.acknowledgedBy,
  a.acknowledgedWhy,
  a.closedAt,
  a.closedWhy,
];

function AlertRow({ alert, deliveries, person }: Omit<TableProps, "title" | "alerts"> & { alert: Alert }) {
  const { id, title, kind, model, openedAt, closedAt, closedWhy, detail } = alert;
  return (
    <tr id={`alert-${id}`}>
      <th scope="row">
        <StatusBadge badge={severityBadge(alert)} />
        <span class="own">{title}</span>
        <small>{details(detail)}</small>
      </th>
      <td data-label="About">
        {model ?? "the shop"}
        <small class="own">{kindName(kind)}, alert {id}</small>
      </td>
      <td data-label="Since">
        <Time iso={openedAt} as="moment" />
        <small class="own">{seenText(alert)}</small>
        {alert.escalatedAt && <small class="own">escalated {moment(alert.escalatedAt, "moment")}</small>}
      </td>
      {closedAt
        ? (
          <td data-label="Closed">
            <Time iso={closedAt} as="moment" />
            <small class="own">{closedWhy}</small>
            <Seen {...alert} />
          </td>
        )
        : (
          <td data-label="What to do">
            <ToDo alert={alert} person={person} />
          </td>
        )}
      <td data-label="Notified">
        {deliveries.length === 0
          ? <small>no notification{typeof detail.quiet === "string" ? `: ${detail.quiet}` : ""}</small>
          : deliveries.map((d) => <small key={d.id} class="own">{deliveryText(d)}</small>)}
      </td>
    </tr>
  );
}

function ToDo({ alert, person }: { alert: Alert; person: Person | null }) {
  const { text, links } = adviceOn(alert);
  return (
    <>
      {text} <AdviceLinks links={links} />
      <Seen {...alert} />
      <Acknowledge alert={alert} person={person} />
    </>
  );
}

function Seen({ acknowledgedAt, acknowledgedBy, acknowledgedWhy }: Alert) {
  if (acknowledgedAt === null) return null;
  return (
    <small class="own">
      Acknowledged by {acknowledgedBy}, <Time iso={acknowledgedAt} as="moment" />: {acknowledgedWhy}
    </small>
  );
}
