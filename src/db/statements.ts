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
  args: unknown[];
  /** whether it was written as a template */
  tagged: boolean;
  /** sends it: one function of each pool, and another of each transaction */
  handler: WeakKey;
  executed: boolean;
  /** of the connection that it was sent over; null: it waits for one */
  state: unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
  cancel(): Promise<unknown> | null | undefined;
  /** set for results that are read piece by piece */
  cursorRows?: number;
  streaming?: boolean;
  handle(): Promise<void>;
}

/** Pools, by what sends the statements that belong to no transaction of theirs. */
const pools = new WeakMap<WeakKey, postgres.Sql>();
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

/**
 * The statements of one piece of work, which can be given up with all that it has sent. Each that changes something is
 * in a transaction, so that it is the commit that decides, which this process sends or does not: a cancellation alone
 * may come a moment after a statement got its lock and was done.
 */
export class StatementScope {
  readonly holdsCommits: boolean;
  readonly #running = new Set<DriverQuery>();
  #isOver = false;
  #isCommitted = false;

  /**
   * @param options.holdsCommits false: statements commit themselves, two round trips less each. For work that may be sent
   * again without harm, whose sender is told that it may have been kept
   */
  constructor({ holdsCommits = true }: { holdsCommits?: boolean } = {}) {
    this.holdsCommits = holdsCommits;
  }

  /** Whether something may be kept although the work was given up: a commit was sent, or what commits itself. */
  get mayBeKept(): boolean {
    return this.#isCommitted;
  }

  /** Whether it was given up. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Runs work whose statements belong to this scope. */
  run<T>(work: () => T): T {
    return scopes.run(this, work);
  }

  /**
   * Cancels what runs on the server and sends nothing more, so that an open transaction is rolled back. What still waits
   * for a connection is left alone: it changes nothing by itself, and the driver would not use that connection again.
   */
  giveUp(): void {
    this.#isOver = true;
    for (const query of this.#running) {
      if (query.state) query.cancel()?.catch(() => undefined); // Postgres may be gone altogether
    }
  }

  enter(query: DriverQuery): void {
    this.#running.add(query);
    if (isCommit(query) || (!this.holdsCommits && changesAnything(query))) this.#isCommitted = true;
  }

  leave(query: DriverQuery): void {
    this.#running.delete(query);
  }
}

/** Lets watches and scopes know of the statements of a pool, and of all others: the driver has one class of queries. */
export function tellOfStatements(sql: postgres.Sql): void {
  const sample = queryOf(sql`select 1`);
  pools.set(sample.handler, sql);
  const prototype = Object.getPrototypeOf(sample) as DriverQuery;
  if (patched.has(prototype)) return;
  patched.add(prototype);
  const send = prototype.handle;
  prototype.handle = function (this: DriverQuery) {
    if (this.executed) return send.call(this);
    const scope = scopes.getStore();
    if (scope?.isOver && !isRollback(this)) return refuse(this, send);
    const pool = scope?.holdsCommits && changesAnything(this) ? pools.get(this.handler) : undefined;
    if (pool) return sendInTransaction(this, pool);
    const isWhole = this.cursorRows === undefined && !this.streaming; // else it ends in other ways than these two
    if (isWhole && (scope || watches.size > 0)) follow(this, scope);
    return send.call(this);
  };
}

/** Fails a statement that is not sent any more. The driver lets go of a transaction after its commit alone, or a rollback. */
function refuse(query: DriverQuery, send: () => Promise<void>): Promise<void> {
  const fail = () => query.reject(new GivenUpError());
  if (isCommit(query)) {
    query.strings = ROLLBACK;
    query.resolve = fail;
    return send.call(query);
  }
  query.executed = true;
  fail();
  return Promise.resolve();
}

const ROLLBACK = Object.assign(["rollback"], { raw: ["rollback"] });
const isRollback = ({ strings: [text] }: DriverQuery) => /^\s*rollback/i.test(text);
const isCommit = ({ strings: [text] }: DriverQuery) => /^\s*commit/i.test(text);

/** Whether a statement may change rows, in any of its parts. One that locks rows counts as well. */
function changesAnything({ strings, args }: DriverQuery): boolean {
  return /\b(insert|update|delete|merge)\b/i.test(strings.join(" ")) ||
    args.some((arg) => isFragment(arg) && changesAnything(arg));
}

const isFragment = (arg: unknown): arg is DriverQuery =>
  typeof arg === "object" && arg !== null && "strings" in arg && "handler" in arg;

/** Sends a statement of a pool in a transaction of its own, and settles once that is committed. */
function sendInTransaction(query: DriverQuery, pool: postgres.Sql): Promise<void> {
  query.executed = true;
  const { strings, args, tagged } = query;
  const again = (tx: postgres.TransactionSql) =>
    tagged
      ? tx(strings as unknown as TemplateStringsArray, ...args as never[])
      : tx.unsafe(strings[0], args as never[]);
  return pool.begin(again).then((rows) => query.resolve(rows), (error) => query.reject(error));
}

/** The driver's types do not show what is touched here. */
const queryOf = (query: unknown) => query as DriverQuery;

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
