import type { Answer } from "../../src/retraining/check.ts";
import { quantile } from "../shared/figures.ts";
import type { Report, Table } from "../shared/report.ts";
import type { Calm } from "./bases.ts";
import type { DatedResult } from "./dated.ts";
import type { Episode } from "./episode.ts";
import { type IncidentKind, KINDS, type Truth } from "./inject.ts";

/** One draw and what it came to. */
export interface Drawn {
  readonly shop: string;
  readonly kind: IncidentKind;
  readonly model: string;
  readonly strength: number;
  readonly seed: number;
  readonly incident: Truth;
  readonly episode: Episode;
}

export interface Results {
  /** the part that was done alone */
  readonly part: string | null;
  readonly drawn: readonly Drawn[];
  /** draws that ended in an error instead of an answer, and which */
  readonly failed: readonly string[];
  /** episodes that the run was to draw */
  readonly planned: number;
  readonly calms: readonly { shop: string; calm: Calm }[];
  readonly dated: DatedResult | null;
}

const ANSWERS: readonly Answer[] = ["fix data first", "retrain", "wait", "cannot tell yet"];
const STRENGTHS = [["weak", 0, 1 / 3], ["middle", 1 / 3, 2 / 3], ["strong", 2 / 3, 1]] as const;

export function reportOf({ part, drawn, failed, planned, calms, dated }: Results): Report {
  const shops = [...new Set(drawn.map(({ shop }) => shop))];
  return {
    name: part === null ? "incidents" : `incidents-${part}`,
    title: "Incidents: which of the four answers a check ends in",
    method:
      "Each draw: the shop's real history up to a random moment from 24 May to 12 July 2011, models trained as of 2011-04-12 and " +
      "looked at every three days since; from the moment on the history with one incident in it, of random strength and " +
      "length, goes through the judgement that every event takes, and real checks of one model (looks at events, outcomes, " +
      "errors and inputs, then the decision) follow: every day for broken data, on days 1, 2, 4 and then every week for what " +
      'passes, every 4 days for what lasts. Routine training and age are off, so that "retrain" means evidence. Right: broken ' +
      'data, "fix data first" for a finding within the incident while it lasts or in the 7 days after; what passes and the ' +
      'control, never "retrain" nor "fix data first", and "wait" at the end, four weeks after the incident, when the outcomes ' +
      'of its last predictions are in; what lasts, "retrain" within 56 days. An episode ends at its first "retrain", at the ' +
      'right "fix data first", and of what passes at any "fix data first".',
    tables: [
      ...shops.flatMap((shop) => tablesOf(shop, drawn.filter((one) => one.shop === shop))),
      ...calms.length > 0 ? [calmTable(drawn, calms)] : [],
      ...dated ? [dated.table] : [],
      ...drawn.length > 0 ? [missesTable(drawn)] : [],
    ],
    notes: [
      ...planned > 0 ? [countText(drawn.length, failed.length, planned)] : [],
      ...failed.map((text) => `No answer: ${text}`),
      "The real data hold purchases and returns only: on them a lost type is purchases or returns, robots buy, and a session " +
      "is an invoice. Views and carts are simulated around the real orders, anew for each moment (bench/incidents/clicks.ts).",
      "Controls and passing kinds run on what the shop truly did that summer, and its own faults and closed days are in them: on " +
      "2011-08-30 nearly half of the whole set's orders carry no customer (usually a tenth), 2011-08-29 was a bank holiday. Told " +
      "of those, a check counts as wrong here all the same.",
      ...dated?.notes ?? [],
    ],
    figures: { episodes: drawn.map(figuresOf), failed, calms, dated: dated?.checks ?? [] },
  };
}

function countText(drawn: number, failed: number, planned: number): string {
  const left = planned - drawn - failed;
  return `${drawn} episodes with an answer, ${failed} that ended in an error` +
    (left > 0 ? `; the time given ended before ${left} others.` : ".");
}

const shareText = (right: number, n: number) => `${right} of ${n}`;
const rightOf = (drawn: readonly Drawn[]) => drawn.filter(({ episode }) => episode.right).length;

function tablesOf(shop: string, drawn: readonly Drawn[]): Table[] {
  const kinds = (Object.keys(KINDS) as IncidentKind[]).filter((kind) =>
    drawn.some((one) => one.kind === kind)
  );
  const of = (kind: IncidentKind) => drawn.filter((one) => one.kind === kind);
  const confusion: Table = {
    title: `Kind by final answer: ${shop}`,
    head: ["", "right answer", "right", ...ANSWERS, "days to it, median (most)"],
    rows: kinds.map((kind) => [
      kind,
      KINDS[kind].answer,
      shareText(rightOf(of(kind)), of(kind).length),
      ...ANSWERS.map((answer) => String(of(kind).filter(({ episode }) => episode.answer === answer).length)),
      delays(of(kind)),
    ]),
  };
  const strengths: Table = {
    title: `Right by strength: ${shop}`,
    head: ["", ...STRENGTHS.map(([name]) => name)],
    rows: kinds.map((kind) => [
      kind,
      ...STRENGTHS.map(([, low, high]) => {
        const some = of(kind).filter(({ strength }) => strength >= low && strength < high);
        return shareText(rightOf(some), some.length);
      }),
    ]),
  };
  const broken = kinds.filter((kind) => KINDS[kind].answer === "fix data first");
  const named: Table = {
    title: `What broken data were called, in draws: ${shop}`,
    head: ["", "called"],
    rows: broken.map((kind) => [kind, counted(of(kind).flatMap(({ episode }) => episode.named))]),
  };
  return [confusion, strengths, named];
}

function delays(drawn: readonly Drawn[]): string {
  const days = drawn.flatMap(({ episode }) => episode.daysToRight ?? []);
  return days.length === 0 ? "" : `${quantile(days, 0.5)} (${Math.max(...days)})`;
}

function counted(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([name, n]) => `${name} ${n}`).join(", ");
}

/** Alarms where nothing was injected, beside what the budget allows. */
function calmTable(drawn: readonly Drawn[], calms: Results["calms"]): Table {
  const rows = [...new Set(calms.map(({ shop }) => shop))].map((shop) => {
    const own = calms.filter((one) => one.shop === shop).map(({ calm }) => calm);
    const looks = own.flatMap(({ looks }) => looks);
    const lived = own.reduce((sum, { days }) => sum + days, 0);
    const controls = drawn.filter((one) => one.shop === shop && one.kind === "control");
    const days = controls.reduce((sum, { episode }) => sum + episode.days, 0);
    const alarms = controls.filter(({ episode }) =>
      !["wait", "cannot tell yet"].includes(episode.answer)
    ).length;
    return [
      shop,
      `${alarms} in ${days} days`,
      days > 0 ? (30 * alarms / days).toFixed(2) : "",
      counted(
        looks.flatMap(({ text }) => text.match(/\b(broken|changed|drifted|fell)\b(?=:|,|$)/g) ?? []),
      ),
      `${looks.length} looks in ${lived} days`,
    ];
  });
  return {
    title: "Nothing injected: answers that call for action, beside a budget of 1 in 30 days",
    head: ["", "controls", "in 30 days", "looks before any incident that alarmed", "of"],
    rows,
  };
}

function missesTable(drawn: readonly Drawn[]): Table {
  const misses = drawn.filter(({ episode }) => !episode.right);
  return {
    title: `Every miss (${misses.length} of ${drawn.length})`,
    head: ["incident", "strength", "model", "from", "answered", "after days", "shop"],
    rows: misses.map(({ shop, kind, model, strength, incident, episode }) => [
      `${kind}: ${incident.text}`,
      strength.toFixed(2),
      model,
      new Date(incident.fromMs).toISOString().slice(0, 10),
      episode.answer,
      String(episode.days),
      shop,
    ]),
  };
}

/** What the JSON keeps of a draw: every answer, and the words of the last check. */
function figuresOf({ episode, incident, ...rest }: Drawn) {
  const { checks, ...result } = episode;
  return {
    ...rest,
    incident: {
      ...incident,
      fromMs: new Date(incident.fromMs).toISOString(),
      toMs: new Date(incident.toMs).toISOString(),
    },
    ...result,
    answers: checks.map(({ answer }) => answer),
    last: checks[checks.length - 1].text,
  };
}
