import type { Sql } from "../../db/connect.ts";
import { insertEvents } from "../../db/events/events.ts";
import { eventsKeptFrom } from "../../db/retention.ts";
import { outcomesOf } from "../../db/events/outcomes.ts";
import {
  countWaiting,
  markRefusedAgain,
  markReprocessed,
  takeWaiting,
  type WaitingEvent,
  type Wanted,
} from "../../db/events/quarantine.ts";
import { inSerializableTransaction } from "../../db/retry.ts";
import type { Pseudonym } from "../../privacy/pseudonym.ts";
import type { ShopMoney } from "../../core/currency.ts";
import { shopMoney } from "./shop_money.ts";
import { validateEvent } from "../../events/accept.ts";
import { CONFLICT, TOO_OLD } from "../../events/content.ts";
import type { AcceptedEvent } from "../../events/event.ts";
import { restoreEvent } from "../../events/quarantined_event.ts";

/** The outcome of reprocessing quarantined events. */
export interface ReprocessResult {
  readonly tried: number;
  /** new among the events */
  readonly accepted: number;
  /** passed, but had been sent again meanwhile: they were among the events already */
  readonly duplicates: number;
  /** failed again; they stay, with the reason that holds now */
  readonly failed: number;
  /** of these, events of which too little was kept to try them: they have to be sent again */
  readonly notWhole: number;
  readonly reasons: { reason: string; events: number }[];
  /** of those that were asked for, behind the last one tried */
  readonly left: number;
  /** to go on from; null: nothing is left */
  readonly next: number | null;
}

type Outcome =
  | { id: number; kind: "passed"; event: AcceptedEvent }
  | { id: number; kind: "failed"; whole: boolean; reason: string; field: string | null };

/**
 * Validates quarantined events again, by the rules and the clock of now. What passes is stored as `ingest`
 * stores it and marked; what fails stays with its newest reason. All of it or nothing: a repeated call finds what is left.
 * @param options.tell writes down in the same transaction what was done
 */
export async function reprocessQuarantine(
  { sql, nowMs, pseudonym }: { sql: Sql; nowMs: number; pseudonym: Pseudonym },
  wanted: Wanted,
  { tell = () => Promise.resolve() }: { tell?: (tx: Sql, done: ReprocessResult) => Promise<void> } = {},
): Promise<ReprocessResult> {
  return await inSerializableTransaction(sql, async (tx) => {
    const rows = await takeWaiting(tx, wanted);
    const money = await shopMoney(tx);
    const keptFromMs = await eventsKeptFrom(tx) ?? -Infinity;
    const outcomes = rows.map((row) => reprocess(row, { nowMs, pseudonym, money, keptFromMs }));
    const valid = outcomes.filter((outcome) => outcome.kind === "passed");
    const fresh = await insertEvents(tx, valid.map(({ event }) => event));
    const accepted = fresh.size;
    const stored = await outcomesOf(tx, valid.map(({ event }) => event), fresh);
    const passed = valid.filter((_, i) => stored[i] !== "conflict");
    const conflicts = valid.filter((_, i) => stored[i] === "conflict").map(({ id }) => conflictOf(id));
    const failed = [...outcomes.filter((outcome) => outcome.kind === "failed"), ...conflicts];
    await markReprocessed(tx, passed.map(({ id, event }) => ({ id, eventId: event.id })));
    await markRefusedAgain(tx, failed);
    const after = rows.at(-1)?.id ?? wanted.after;
    const left = await countWaiting(tx, { ...wanted, after });
    const done: ReprocessResult = {
      tried: rows.length,
      accepted,
      duplicates: passed.length - accepted,
      failed: failed.length,
      notWhole: failed.filter(({ whole }) => !whole).length,
      reasons: reasonsOf(failed),
      left,
      next: left > 0 ? after : null,
    };
    await tell(tx, done);
    return done;
  });
}

function reprocess(
  row: WaitingEvent,
  { nowMs, pseudonym, money, keptFromMs }: {
    nowMs: number;
    pseudonym: Pseudonym;
    money: ShopMoney;
    keptFromMs: number;
  },
): Outcome {
  const { id, reason, field } = row;
  const restored = restoreEvent(row, pseudonym);
  if (restored.kind === "not whole") return { id, kind: "failed", whole: false, reason, field };
  const verdict = validateEvent(restored.raw, { ...restored.context, nowMs, money });
  if (verdict.kind === "accepted" && verdict.event.atMs < keptFromMs) {
    return { id, kind: "failed", whole: true, reason: TOO_OLD, field: "at" };
  }
  return verdict.kind === "accepted"
    ? { id, kind: "passed", event: verdict.event }
    : { id, kind: "failed", whole: true, reason: verdict.reason, field: verdict.field };
}

const conflictOf = (id: number) =>
  ({ id, kind: "failed", whole: true, reason: CONFLICT, field: "id" }) as const;

const reasonsOf = (failed: readonly { reason: string }[]) =>
  [...Map.groupBy(failed, ({ reason }) => reason)].map(([reason, group]) => ({
    reason,
    events: group.length,
  }))
    .sort((a, b) => b.events - a.events || (a.reason < b.reason ? -1 : 1));
