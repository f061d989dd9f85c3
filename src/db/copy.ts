import type { Writable } from "node:stream";
import type { Sql } from "./connect.ts";

/** The driver's query, as far as it is touched here. */
interface DriverQuery {
  reject(error: unknown): void;
  writable(): Promise<Writable>;
}

/** What stands for nothing in a line of `COPY`. */
export const NO_VALUE = "\\N";

/** A text, or nothing, as it stands in a line of `COPY`. */
export const copyText = (text: string | null): string =>
  text === null ? NO_VALUE : SPECIAL.test(text) ? escaped(text) : text;

const SPECIAL = /[\\\t\n\r]/;
const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };
const escaped = (text: string) => text.replace(/[\\\t\n\r]/g, (found) => ESCAPES[found]);

/**
 * Copies rows into a table, and returns once all of them are there. Belongs into a transaction: a lost connection ends
 * that, and the wait with it.
 * @param into table and columns, as in `events (event_id, at)`   @param chunks whole lines, some at a time
 */
export async function copyInto(tx: Sql, into: string, chunks: Iterable<string | Uint8Array>): Promise<void> {
  const query = tx.unsafe(`copy ${into} from stdin`) as unknown as DriverQuery;
  const failed = new Promise<never>((_, fail) => {
    // Of an error behind the last row the driver tells its query alone, which was answered by then.
    const reject = query.reject;
    query.reject = (error) => {
      fail(error);
      reject(error);
    };
  });
  failed.catch(() => undefined);
  await Promise.race([failed, sendAll(query, chunks)]);
}

async function sendAll(query: DriverQuery, chunks: Iterable<string | Uint8Array>): Promise<void> {
  const stream = await query.writable();
  await new Promise<void>((done, fail) => {
    stream.on("error", fail);
    stream.on("finish", done);
    const rest = chunks[Symbol.iterator]();
    const next = (error?: Error | null) => {
      if (error) return; // "error" tells it
      const { value, done: isOver } = rest.next();
      if (isOver) stream.end();
      else stream.write(value, next);
    };
    next();
  });
}
