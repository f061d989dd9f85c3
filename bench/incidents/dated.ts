import { DAY_MS } from "../../src/core/time.ts";
import type { Answer } from "../../src/retraining/check.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import type { Table } from "../shared/report.ts";
import { readTable } from "./rows.ts";
import type { SentEvent } from "./rows.ts";
import type { Shops } from "./shop.ts";

/** Names the file of dated incidents; it is not bundled. */
export const DATED_PATH = "INCIDENTS_CSV";
const DAY0_MS = Date.UTC(2024, 0, 1);

/** What is known to have happened, days since 2024-01-01, both ends within. */
const INCIDENTS: readonly { name: string; from: number; to: number; right: Answer }[] = [
  { name: "viral article", from: 59, to: 62, right: "wait" },
  { name: "checkout bug", from: 99, to: 130, right: "fix data first" },
  { name: "payment failure", from: 139, to: 159, right: "fix data first" },
];
/** The first model is deployed on this day; the checks follow it daily. */
const DEPLOYED = 49;

/** Its names for what we call otherwise; every other event keeps its name. */
const TYPES: Readonly<Record<string, string>> = { product_view: "view", add_to_cart: "cart" };

/** A young clickstream without prices or products: who comes back within two weeks is all there is to predict. */
const CONFIG: RetrainingConfig = {
  ...RetrainingConfig.parse({}),
  first_cutoff: "2024-01-22",
  step_days: 7,
  active_days: 30,
  horizon_days: 7,
  activity: "any",
  routine_cutoffs: 0,
  stale_after_days: 3650,
  stale_growth: 100,
  min_validation_rows: 20,
};

export interface DatedCheck {
  readonly day: number;
  readonly answer: Answer;
  readonly text: string;
}

export interface DatedResult {
  readonly table: Table;
  readonly checks: readonly DatedCheck[];
  readonly notes: readonly string[];
}

/** Checks the simulated clickstream day by day; says so where its file is not there. */
export async function datedIncidents(shops: Shops, say: (line: string) => void): Promise<DatedResult> {
  const path = Deno.env.get(DATED_PATH);
  const events = path === undefined ? null : await readDated(path);
  if (events === null) {
    const why = `The dated incidents were left out: set ${DATED_PATH} to SYNTHETIC_ecom_incidents.csv.gz`;
    say(`incidents: ${why}`);
    return { table: { title: "Dated incidents", head: ["not run"], rows: [] }, checks: [], notes: [why] };
  }
  const checks = await liveThrough(shops, events);
  return { table: tableOf(checks), checks, notes: [] };
}

async function readDated(path: string): Promise<SentEvent[]> {
  const events: SentEvent[] = [];
  for await (const { user_id: user, session_id: session, event, timestamp } of readTable(path)) {
    const sentMs = Date.parse(`${timestamp.replace(" ", "T")}Z`);
    events.push({
      sentMs,
      body: { user, session, type: TYPES[event] ?? event, time: sentMs, id: `e${events.length}` },
    });
  }
  return events.sort((a, b) => a.sentMs - b.sentMs);
}

async function liveThrough(shops: Shops, events: readonly SentEvent[]): Promise<DatedCheck[]> {
  const shop = await shops.open();
  const checks: DatedCheck[] = [];
  let next = 0;
  const feed = async (day: number) => {
    const from = next;
    const untilMs = DAY0_MS + day * DAY_MS;
    while (next < events.length && events[next].sentMs < untilMs) next++;
    await shop.receive(events.slice(from, next));
  };
  try {
    await shop.configure(CONFIG);
    await feed(DEPLOYED);
    await shop.deployFirst("churn", DAY0_MS + DEPLOYED * DAY_MS);
    for (let day = DEPLOYED + 1; day <= 180; day++) {
      await feed(day);
      const { answer, text } = await shop.check("churn", DAY0_MS + day * DAY_MS);
      checks.push({ day, answer, text });
    }
    return checks;
  } finally {
    await shop.close();
    await shops.drop(shop.name);
  }
}

function tableOf(checks: readonly DatedCheck[]): Table {
  const spans = [
    { name: "before", from: DEPLOYED, to: 58, right: "wait" as Answer },
    ...INCIDENTS,
    { name: "between and after", from: 0, to: -1, right: "wait" as Answer },
  ];
  const within = ({ from, to }: { from: number; to: number }, day: number) => day > from && day <= to + 1;
  const rows = spans.map((span, i) => {
    const rest = i === spans.length - 1;
    const some = checks.filter(({ day }) =>
      rest ? !spans.some((one) => within(one, day)) : within(span, day)
    );
    const n = (answer: Answer) => some.filter((check) => check.answer === answer).length;
    const first = some.find(({ answer }) => answer === span.right);
    return [
      rest ? span.name : `${span.name}, days ${span.from} to ${span.to}`,
      span.right,
      ...(["fix data first", "retrain", "wait", "cannot tell yet"] as const).map((answer) =>
        String(n(answer))
      ),
      first === undefined ? "never" : rest ? "" : `day ${first.day}`,
    ];
  });
  return {
    title: "The dated incidents of a simulated clickstream: daily checks by their answer",
    head: ["", "right answer", "fix data first", "retrain", "wait", "cannot tell yet", "first right"],
    rows,
  };
}
