import { AsyncLocalStorage } from "node:async_hooks";
import type postgres from "postgres";

/** One statement on its way to Postgres and back. */
export interface Statement {
  /** with `$1` for what is filled in: no value stands in it */
  text: string;
}

/** Hears of each statement of this process. @returns hears how it ended: null, or its error */
export type StatementWatch = (statement: Statement) => (error: unknown) => void;

/** A query of the driver, as far as it is touched here. */
interface DriverQuery {
  strings: readonly string[];
  executed: boolean;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  cancel(): Promise<unknown> | null | undefined;
  /** set for results that are read piece by piece */
  cursorRows?: number;
  streaming?: boolean;
  handle(): Promise<void>;
}

const watches = new Set<StatementWatch>();
const scopes = new AsyncLocalStorage<StatementScope>();
const patched = new WeakSet<object>();

/** Has `watch` hear of every statement. @returns ends that */
export function watchStatements(watch: StatementWatch): () => void {
  watches.add(watch);
  return () => watches.delete(watch);
}

/** The work for a request was given up, so that its further statements are not sent. */
export class GivenUpError extends Error {
  override name = "GivenUpError";
  constructor() {
    super("Cannot send a statement: its request was given up");
  }
}

/** The statements of one piece of work, which can be given up with all that it has sent. */
export class StatementScope {
  readonly #running = new Set<DriverQuery>();
  #isOver = false;

  /** Runs work whose statements belong to this scope. */
  run<T>(work: () => T): T {
    return scopes.run(this, work);
  }

  /**
   * Cancels what runs on the server and sends nothing more, so that an open transaction is rolled back: nothing is kept
   * for a caller who was told that nothing was.
   */
  giveUp(): void {
    this.#isOver = true;
    for (const query of this.#running) query.cancel()?.catch(() => undefined); // Postgres may be gone altogether
  }

  /** Whether a statement may be sent: once it is given up, only what takes a transaction back. */
  admits(query: DriverQuery): boolean {
    return !this.#isOver || /^\s*rollback/i.test(query.strings[0]);
  }

  enter(query: DriverQuery): void {
    this.#running.add(query);
  }

  leave(query: DriverQuery): void {
    this.#running.delete(query);
  }
}

/** Lets watches and scopes know of the statements of a pool, and of all others: the driver has one class of queries. */
export function tellOfStatements(sql: postgres.Sql): void {
  const prototype = Object.getPrototypeOf(sql`select 1`) as DriverQuery;
  if (patched.has(prototype)) return;
  patched.add(prototype);
  const send = prototype.handle;
  prototype.handle = function (this: DriverQuery) {
    if (this.executed) return send.call(this);
    const scope = scopes.getStore();
    if (scope && !scope.admits(this)) {
      this.executed = true;
      this.reject(new GivenUpError());
      return Promise.resolve();
    }
    const isWhole = this.cursorRows === undefined && !this.streaming; // else it ends in other ways than these two
    if (isWhole && (scope || watches.size > 0)) follow(this, scope);
    return send.call(this);
  };
}

function follow(query: DriverQuery, scope: StatementScope | undefined): void {
  scope?.enter(query);
  const statement = { text: textOf(query.strings) };
  const ends = [...watches].map((watch) => watch(statement));
  const { resolve, reject } = query;
  const end = (error: unknown) => {
    scope?.leave(query);
    for (const tell of ends) tell(error);
  };
  query.resolve = (value) => {
    end(null);
    resolve(value);
  };
  query.reject = (error) => {
    end(error);
    reject(error);
  };
}

const textOf = (strings: readonly string[]): string =>
  strings.reduce((text, part, i) => i === 0 ? part : `${text}$${i}${part}`, "").replace(/\s+/g, " ").trim();
