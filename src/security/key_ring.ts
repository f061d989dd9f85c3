import type { Clock } from "../core/clock.ts";
import type { Sql } from "../db/connect.ts";
import { nameOfKey } from "./keys.ts";

const FRESH_MS = 1_000;
const WAIT_MS = 500;
const LAST_WORD_MS = 10 * 60_000;
const KEYS_MAX = 1_000;

interface Known {
  name: string;
  /** when the database last said so */
  saidMs: number;
  /** until when nobody asks it again */
  freshUntilMs: number;
}

/**
 * The name of a presented key, or null. What the database says of a valid key holds for a second, so that a revoked key
 * is let in no longer than that; where the database does not answer, its last word holds for ten minutes, so that a
 * prediction needs no database. A key that is not known is looked up each time.
 */
export function createKeyRing(
  sql: Sql,
  clock: Clock,
  lookUp: (sql: Sql, key: string) => Promise<string | null> = nameOfKey,
): (key: string) => string | null | Promise<string | null> {
  const known = new Map<string, Known>();
  const ask = async (key: string): Promise<string | null> => {
    const name = await lookUp(sql, key);
    known.delete(key);
    if (name === null) return null;
    if (known.size >= KEYS_MAX) known.clear();
    known.set(key, { name, saidMs: clock(), freshUntilMs: clock() + FRESH_MS });
    return name;
  };
  return (key) => {
    const last = known.get(key), now = clock();
    if (last && now < last.freshUntilMs) return last.name;
    if (!last || now - last.saidMs > LAST_WORD_MS) return ask(key);
    last.freshUntilMs = now + FRESH_MS; // who comes while it is asked takes its last word
    return within(WAIT_MS, ask(key)).catch(() => last.name);
  };
}

/** Settles as `work` does, or fails after `ms`. */
function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error("no answer in time")), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
