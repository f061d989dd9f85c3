import { withDeadline } from "../../core/deadline.ts";
import type { Clock } from "../../core/clock.ts";
import type { PresentedKey } from "../../db/access/api_keys.ts";
import type { Sql } from "../../db/connect.ts";
import { expiryOfKey, holderOfKey } from "./keys.ts";

const FRESH_MS = 1_000;
const WAIT_MS = 500;
const LAST_WORD_MS = 10 * 60_000;
const KEYS_MAX = 1_000;

interface Known {
  holder: PresentedKey;
  /** when the database last said so */
  saidMs: number;
  /** until when nobody asks it again */
  freshUntilMs: number;
}

/** Caches the holders of keys that were presented here. */
export interface KeyRing {
  /** The holder of a presented key, or null. */
  holderOf(key: string): PresentedKey | null | Promise<PresentedKey | null>;
  /** When a key that was refused expired; null: it is no key of ours. */
  expiryOf(key: string): Promise<string | null>;
  /** Drops what is known of this holder's keys, at once. */
  forget(name: string): void;
}

/**
 * Remembers a valid key for a second, so that a key revoked through another process is let in no
 * longer than that; where the database does not answer, its last word holds for ten minutes, so that a prediction
 * needs no database. A key that is not known is looked up each time.
 */
export function createKeyRing(
  sql: Sql,
  clock: Clock,
  lookUp: (sql: Sql, key: string) => Promise<PresentedKey | null> = holderOfKey,
): KeyRing {
  const known = new Map<string, Known>();
  let forgotten = 0;
  const ask = async (key: string): Promise<PresentedKey | null> => {
    const before = forgotten;
    const holder = await lookUp(sql, key);
    if (before !== forgotten) return await ask(key); // what was read may be from before a key was revoked
    known.delete(key);
    if (holder === null) return null;
    if (known.size >= KEYS_MAX) known.clear();
    known.set(key, { holder, saidMs: clock(), freshUntilMs: clock() + FRESH_MS });
    return holder;
  };
  return {
    holderOf(key) {
      const last = known.get(key);
      const now = clock();
      if (last && now < last.freshUntilMs) return last.holder;
      if (!last || now - last.saidMs > LAST_WORD_MS) return ask(key);
      last.freshUntilMs = now + FRESH_MS; // who comes while it is asked takes its last word
      const before = forgotten;
      return withDeadline(ask(key), WAIT_MS, () => new Error("no answer in time")).catch(() =>
        before === forgotten ? last.holder : ask(key)
      );
    },
    expiryOf: (key) => expiryOfKey(sql, key),
    forget(name) {
      forgotten++;
      for (const [key, { holder }] of known) if (holder.name === name) known.delete(key);
    },
  };
}
