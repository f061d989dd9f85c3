import type { Clock } from "../../core/clock.ts";
import type { Sql } from "../../db/connect.ts";
import { insertEvents } from "../../db/events/events.ts";
import { eventsKeptFrom } from "../../db/retention.ts";
import { outcomesOf } from "../../db/events/outcomes.ts";
import { insertQuarantined } from "../../db/events/quarantine.ts";
import { quarantined, type QuarantinedEvent } from "../../events/quarantine.ts";
import { countRepeats } from "../../db/events/repeats.ts";
import { inSerializableTransaction } from "../../db/retry.ts";
import { knownFields } from "../../events/field_names.ts";
import { cleanRows } from "./clean_rows.ts";
import { cleaned } from "./personal_text.ts";
import { type Keys, keysOf, type PeopleDeps } from "../people/keys.ts";
import { userIn } from "../../events/user.ts";
import { judgedInTime } from "../as_of.ts";
import type { HeldSettings } from "./held_settings.ts";
import { shopMoney } from "./shop_money.ts";
import { IN_FUTURE, validateEvent } from "../../events/accept.ts";
import { DAY_MS } from "../../core/time.ts";
import { CONFLICT, type Outcome, TOO_OLD } from "../../events/content.ts";
import { InvalidInputError } from "../../core/errors.ts";
import { type JudgedRow, RowJudge } from "../../events/row_judge.ts";
import { trackedRows, type Tracker } from "../../events/tracked.ts";
import type { AcceptedEvent } from "../../events/event.ts";

export interface IngestDeps extends PeopleDeps {
  readonly clock: Clock;
  /** settings in memory; left out: they are asked for each time */
  readonly held?: Pick<HeldSettings, "moment" | "keptFromMs">;
}

/** The result for one event, in the order sent. */
interface EventResult {
  readonly index: number;
  /** as sent, or derived; null: refused and none was sent */
  readonly id: string | null;
  readonly status: "accepted" | "duplicate" | "quarantined";
  readonly reason?: string;
  readonly field?: string | null;
  /** that was refused, cut and escaped */
  readonly value?: string;
}

interface IngestResult {
  readonly accepted: number;
  readonly duplicates: number;
  /** put aside, conflicts included */
  readonly quarantined: number;
  /** put aside because their id belongs to an event of other content */
  readonly conflicts: number;
  readonly results: EventResult[];
}

/** An event on its way in: what is stored, or what is put aside. */
export type Judged =
  | {
    readonly kind: "accepted";
    readonly event: AcceptedEvent;
    /** makes what is put aside, should its id be taken; left out: nothing is */
    readonly conflicting?: () => QuarantinedEvent;
  }
  | { readonly kind: "quarantined"; readonly put: QuarantinedEvent; readonly value?: string };

/**
 * Takes in events: judges each, stores the good ones and puts the others into quarantine, all in one transaction; an event
 * whose id is stored with other content is put aside too. When it returns, everything is committed. Sending the same again
 * is safe.
 * @param raws as sent, each one event
 * @param options.source named in the quarantine, as in `api`
 */
export async function ingest(
  deps: IngestDeps,
  sent: readonly unknown[],
  { source }: { source: string },
): Promise<IngestResult> {
  const { sql, clock, held } = deps;
  const mapped = sent.map((raw) => isObject(raw) ? knownFields(raw) : raw);
  const clean = await cleaned(deps, mapped);
  const raws = mapped.map((raw, i) => clean.get(i)?.fields ?? raw);
  const money = raws.some(namesCurrency) ? await shopMoney(sql) : undefined;
  const pseudonym = await keysOf(deps, usersOf(raws));
  const judge = (nowMs: number) =>
    raws.map((raw, i): Judged => {
      const refused = clean.get(i)?.refused;
      if (refused) {
        return {
          kind: "quarantined",
          put: quarantined(raw, { ...refused, source }, pseudonym),
          value: refused.value,
        };
      }
      const verdict = validateEvent(raw, { nowMs, pseudonym, money, isMapped: true });
      if (verdict.kind === "accepted") {
        const refusal = { reason: CONFLICT, field: "id", source };
        return { ...verdict, conflicting: () => quarantined(raw, refusal, pseudonym) };
      }
      const { value } = verdict;
      return { kind: "quarantined", put: quarantined(raw, { ...verdict, source }, pseudonym), value };
    });
  const { judged, nowMs } = await judgedInTime({ sql, clock, moment: held?.moment }, judge, isAhead);
  const outcomes = await store(sql, judged, { source, nowMs, held });
  return summary(judged.map((event, index) => resultOf(event, index, outcomes[index])), outcomes);
}

/**
 * Takes in what a tracker or a shop sends as it is, read by the preset of its exports; else as {@link ingest}.
 * @throws {InvalidInputError} the records have no type or time, or hold more than `rowsMax` events
 */
export async function ingestTracked(
  deps: IngestDeps,
  records: readonly unknown[],
  { tracker, rowsMax }: { tracker: Tracker; rowsMax: number },
): Promise<IngestResult> {
  const { sql, clock, held } = deps;
  const money = await shopMoney(sql);
  const rows = await cleanRows(deps, trackedRows(tracker, records, money));
  if (rows.length > rowsMax) {
    throw new InvalidInputError(`Send less at once: ${rowsMax} events at most, not ${rows.length}`, "body");
  }
  const pseudonym = await keysOf(deps, usersOf(rows.map((row) => "raw" in row ? row.raw : undefined)));
  const source = `api ${tracker}`;
  const judge = (nowMs: number) => {
    const rowJudge = new RowJudge({ nowMs, pseudonym, money: () => money });
    return rows.map((row) => judgedRow(rowJudge.judge(row), { source, pseudonym }));
  };
  const { judged, nowMs } = await judgedInTime({ sql, clock, moment: held?.moment }, judge, isAhead);
  const outcomes = await store(sql, judged, { source, nowMs, held });
  return summary(judged.map((event, index) => resultOf(event, index, outcomes[index])), outcomes);
}

/** What becomes of a row of a tracker's records. */
function judgedRow(row: JudgedRow, { source, pseudonym }: { source: string; pseudonym: Keys }): Judged {
  if (row.kind === "accepted") {
    const refusal = { reason: CONFLICT, field: "id", source };
    return {
      kind: "accepted",
      event: row.event,
      conflicting: () => quarantined(row.raw, refusal, pseudonym),
    };
  }
  const { refused: { reason, field, value }, raw, nth } = row;
  const put = quarantined(raw, { reason, field, source, nth }, pseudonym);
  return { kind: "quarantined", put, value: value ?? undefined };
}

const isAhead = (judged: Judged): boolean => judged.kind === "quarantined" && judged.put.reason === IN_FUTURE;

const isObject = (raw: unknown): raw is Record<string, unknown> =>
  typeof raw === "object" && raw !== null && !Array.isArray(raw);

/** Whether an event says what its money is in: few do, and the settings are read for them alone. */
const namesCurrency = (raw: unknown): boolean => isObject(raw) && raw.currency !== undefined;

/** The ids of shoppers in events whose fields have their own names. */
function usersOf(raws: readonly unknown[]): string[] {
  const users: string[] = [];
  for (const raw of raws) {
    const user = isObject(raw) ? userIn(raw) : null;
    if (user !== null) users.push(user);
  }
  return users;
}

/** What became of an event that was handed to {@link store}. */
type StoreOutcome = Outcome | "quarantined";

/** Stores events as `insertEvents` does. @returns the ids that were new, or that all were */
export type Insert = (
  ...args: Parameters<typeof insertEvents>
) => Promise<Set<string> | "all">;

interface StoreOptions {
  /** who sent it; left out, what is sent again is not counted */
  readonly source?: string;
  /** when it was received; likewise */
  readonly nowMs?: number;
  readonly importId?: number;
  readonly insert?: Insert;
  /** settings that are kept and heard of; left out: they are read */
  readonly held?: IngestDeps["held"];
}

/**
 * Stores a batch whole or not at all.
 * @returns what became of each, in order
 */
export async function store(
  sql: Sql,
  sent: readonly Judged[],
  from: StoreOptions = {},
): Promise<StoreOutcome[]> {
  const { importId } = from;
  const insert: Insert = from.insert ?? insertEvents;
  const judged = await withoutForgotten(sql, sent, from);
  const events: AcceptedEvent[] = [];
  const refused: QuarantinedEvent[] = [];
  for (const one of judged) {
    if (one.kind === "accepted") events.push(one.event);
    else refused.push(one.put);
  }
  const fresh = refused.length === 0
    ? await insert(sql, events, importId)
    : await inSerializableTransaction(sql, async (tx) => {
      await insertQuarantined(tx, refused);
      return await insert(tx, events, importId);
    });
  const outcomes = fresh === "all" || fresh.size === events.length
    ? events.map((): Outcome => "accepted")
    : await settle(sql, judged, events, fresh, from);
  let next = 0;
  return judged.map(({ kind }) => kind === "accepted" ? outcomes[next++] : "quarantined");
}

/** No clean-up lets events go that are younger than this: a batch of such events asks for nothing. */
const SURELY_KEPT_MS = 30 * DAY_MS;

/** Puts events aside that lie before those that are kept: whether they are new cannot be told any more. */
async function withoutForgotten(
  sql: Sql,
  judged: readonly Judged[],
  { nowMs = Infinity, held }: StoreOptions,
): Promise<readonly Judged[]> {
  const isOld = (event: Judged, fromMs: number) => event.kind === "accepted" && event.event.atMs < fromMs;
  if (!judged.some((event) => isOld(event, nowMs - SURELY_KEPT_MS))) return judged;
  const keptFromMs = held ? held.keptFromMs() : await eventsKeptFrom(sql);
  if (keptFromMs === null) return judged;
  return judged.map((event) => {
    if (event.kind !== "accepted" || !isOld(event, keptFromMs) || !event.conflicting) return event;
    return { kind: "quarantined", put: { ...event.conflicting(), reason: TOO_OLD, field: "at" } };
  });
}

/** Tells duplicates, which are counted, from conflicts, which are put aside. Repeated, it changes nothing. */
async function settle(
  sql: Sql,
  judged: readonly Judged[],
  events: readonly AcceptedEvent[],
  fresh: Set<string>,
  { source, nowMs }: { source?: string; nowMs?: number },
): Promise<Outcome[]> {
  const outcomes = await outcomesOf(sql, events, fresh);
  const accepted = judged.filter((event) => event.kind === "accepted");
  const conflicts = accepted.filter((_, i) => outcomes[i] === "conflict");
  await insertQuarantined(sql, conflicts.flatMap((event) => event.conflicting?.() ?? []));
  const repeats = outcomes.filter((outcome) => outcome === "duplicate").length;
  if (repeats > 0 && source !== undefined && nowMs !== undefined) {
    await countRepeats(sql, { source, nowMs, events: repeats });
  }
  return outcomes;
}

function resultOf(event: Judged, index: number, outcome: StoreOutcome): EventResult {
  if (event.kind === "quarantined") {
    const { eventId, reason, field } = event.put;
    const result = { index, id: eventId, status: "quarantined", reason, field } as const;
    return event.value === undefined ? result : { ...result, value: event.value };
  }
  const { id } = event.event;
  if (outcome === "conflict") {
    return { index, id, status: "quarantined", reason: CONFLICT, field: "id", value: id };
  }
  if (outcome === "quarantined") return { index, id, status: "quarantined", reason: TOO_OLD, field: "at" };
  return { index, id, status: outcome === "accepted" ? "accepted" : "duplicate" };
}

function summary(results: EventResult[], outcomes: readonly StoreOutcome[]): IngestResult {
  const count = (status: EventResult["status"]) =>
    results.filter((result) => result.status === status).length;
  return {
    accepted: count("accepted"),
    duplicates: count("duplicate"),
    quarantined: count("quarantined"),
    conflicts: outcomes.filter((outcome) => outcome === "conflict").length,
    results,
  };
}
