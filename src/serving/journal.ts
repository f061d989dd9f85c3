import type { Log } from "../core/log.ts";
import { sleep } from "../core/deadline.ts";
import { messageOf } from "../core/errors.ts";
import type { Database } from "../db/connect.ts";
import { insertAnswers, type StoredAnswer } from "../db/models/predictions.ts";

/** Stores answers, to meet their outcomes later. */
export interface Journal {
  /** Takes answers in. Settles when there is room for more: at once, unless the database is behind. */
  add(answers: readonly StoredAnswer[]): Promise<void>;
}

/** Stores answers before anyone hears them: who asked can read them back. */
export const directJournal = (sql: Database): Journal => ({
  add: (answers) => answers.length === 0 ? Promise.resolve() : insertAnswers(sql, answers),
});

/** A journal that writes a little later; `close` writes what is left. */
interface WriteBehind extends Journal {
  close(): Promise<void>;
}

/** Options of a write-behind journal. */
interface WriteBehindOptions {
  /** longest that an answer waits before it is written, ms */
  delayMs?: number;
  /** answers in one statement */
  batch?: number;
  /** answers in memory from which on callers wait */
  most?: number;
  /** pause before what could not be written is tried again, ms */
  retryMs?: number;
  log: Log;
}

/**
 * Writes answers in batches, one statement at a time, within `delayMs`. Nothing is dropped: what cannot be written is
 * tried again, and callers wait while the queue is full. A process that is killed loses what it has not written.
 */
export function writeBehind(
  write: (answers: readonly StoredAnswer[]) => Promise<void>,
  { delayMs = 100, batch = 5_000, most = 50_000, retryMs = 500, log }: WriteBehindOptions,
): WriteBehind {
  let queue: StoredAnswer[] = [];
  let room: (() => void)[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing: Promise<void> | null = null;
  let closing = false;

  const drain = async () => {
    clearTimeout(timer);
    timer = undefined;
    while (queue.length > 0) {
      const part = queue.slice(0, batch);
      await persist(part);
      queue = queue.slice(part.length);
      if (queue.length < most) {
        room.forEach((go) => go());
        room = [];
      }
    }
  };
  const persist = async (part: readonly StoredAnswer[]) => {
    for (let tries = 1;; tries++) {
      try {
        return await write(part);
      } catch (error) {
        if (tries === 1) log(`serving: ${part.length} answers wait to be stored: ${messageOf(error)}`);
        if (closing && tries > 3) throw error;
        await sleep(retryMs);
      }
    }
  };
  const start = () => writing ??= drain().finally(() => writing = null);
  return {
    add(answers) {
      for (const answer of answers) queue.push(answer);
      if (queue.length >= batch) void start();
      else if (queue.length > 0) timer ??= setTimeout(start, delayMs);
      return queue.length < most ? Promise.resolve() : new Promise((go) => room.push(go));
    },
    async close() {
      closing = true;
      await writing;
      await start();
    },
  };
}
