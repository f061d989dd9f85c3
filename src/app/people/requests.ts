import { randomUUID } from "node:crypto";
import { NotFoundError } from "../../core/errors.ts";
import { writeAudit } from "../../db/access/audit.ts";
import { type Database, inTransaction } from "../../db/connect.ts";
import { setObjection } from "../../db/people/people.ts";
import { addPrivacyRequest } from "../../db/people/privacy_requests.ts";
import { type PersonData, readPerson } from "../../db/people/read_person.ts";
import { recordChange } from "../control/outbox.ts";
import { allKeysOf, forgetRemembered, keysOf, type PeopleDeps } from "./keys.ts";
import { counted } from "../../format/numbers.ts";

/** What is asked about a shopper, by whom. */
interface Asked {
  /** as the shop names the shopper; it is stored nowhere */
  user: string;
  who: string;
  why: string;
}

/** Where a request can be found again. */
interface Begun {
  request: string;
  target: string;
  /** of the message in the outbox; null: an earlier request stands for it */
  key: string | null;
}

type Deps = PeopleDeps & { sql: Database };

/** Nearly always one. @throws {NotFoundError} nothing is kept of this shopper */
async function keptKeysOf(deps: Deps, user: string): Promise<[string, ...string[]]> {
  forgetRemembered(deps.sql); // another process may have erased them
  const [first, ...others] = await allKeysOf(deps, user);
  if (first === undefined) throw new NotFoundError("person", "of this id");
  return [first, ...others];
}

/** Writes down that a shopper is to be erased, and the message that has it done. @throws {NotFoundError} nobody is known */
export async function askErasure(deps: Deps, { user, who, why }: Asked): Promise<Begun> {
  const [key, ...others] = await keptKeysOf(deps, user);
  for (const other of others) await ask(deps, "erasure", { key: other, who, why });
  return await ask(deps, "erasure", { key, who, why });
}

/** Notes that a shopper objects to being profiled, or does no longer; also before anything is kept of them. */
export async function askObjection(
  deps: Deps,
  { user, who, why, objects }: Asked & { objects: boolean },
): Promise<Begun | null> {
  const key = (await keysOf(deps, [user]))(user);
  for (const one of await allKeysOf(deps, user)) await setObjection(deps.sql, one, objects);
  forgetRemembered(deps.sql);
  if (objects) return await ask(deps, "objection", { key, who, why });
  const audit = { requestId: randomUUID(), who, action: "objection withdrawn", target: "a person", why };
  await writeAudit(deps.sql, audit);
  return null;
}

async function ask(
  { sql }: Deps,
  kind: "erasure" | "objection",
  { key, who, why }: { key: string; who: string; why: string },
): Promise<Begun> {
  const id = randomUUID();
  return await inTransaction(sql, async (tx) => {
    const request = await addPrivacyRequest(tx, { id, kind, key, who, why });
    const target = `privacy/${request}`;
    if (request !== id) return { request, target, key: null };
    const audit = { requestId: id, who, action: `${kind} of a person`, target: request, why };
    await recordChange(tx, { audit, target, message: { action: "privacy request", request, kind } });
    return { request, target, key: id };
  });
}

/**
 * Reads everything that is kept of a shopper, and writes down that it was read: by whom and why, not whose it was, for the
 * audit cannot be erased.
 * @throws {NotFoundError} nothing is kept
 */
export async function exportPerson(deps: Deps, { user, who, why }: Asked) {
  const { sql } = deps;
  const found = joined(await Promise.all((await keptKeysOf(deps, user)).map((key) => readPerson(sql, key))));
  const id = randomUUID();
  const counts = {
    events: found.events.length,
    predictions: found.predictions.length,
    quarantined: found.quarantined.length,
  };
  await writeAudit(sql, { requestId: id, who, action: "export of a person", target: id, why, after: counts });
  return { cover: coverOf(user, { id, counts, found }), user, ...found };
}

/** What is kept under all keys of a shopper, as of the first one. */
function joined(parts: readonly PersonData[]): PersonData {
  return {
    ...parts[0],
    events: parts.flatMap(({ events }) => events),
    days: parts.flatMap(({ days }) => days),
    predictions: parts.flatMap(({ predictions }) => predictions),
    quarantined: parts.flatMap(({ quarantined }) => quarantined),
  };
}

function coverOf(
  user: string,
  { id, counts, found }: {
    id: string;
    counts: { events: number; predictions: number; quarantined: number };
    found: Awaited<ReturnType<typeof readPerson>>;
  },
) {
  return {
    title: `Everything that Perennial keeps of shopper "${user}"`,
    export: id,
    text: [
      `${counted(counts.events, "event")}, as the shop sent them; ${
        counted(found.days.length, "day")
      }, summed up from these.`,
      `${
        counted(counts.predictions, "prediction")
      }, each with what came true of it where that is known by now.`,
      `Refused and put aside: ${counted(counts.quarantined, "event")}.`,
      found.objectsSince === null
        ? "Predictions about this shopper may be made by models."
        : `The shopper has objected to being profiled since ${found.objectsSince}: no model is trained on them or asked.`,
      "Times are UTC; money is in the shop's currency; products and categories are codes of the shop.",
      `The shopper is kept under a random key, ${found.key}, not under their id.`,
    ],
  };
}
