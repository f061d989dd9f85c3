import type { Log } from "../core/log.ts";
import type { Clock } from "../core/clock.ts";
import { ConflictError, messageOf } from "../core/errors.ts";
import type { Database } from "../db/connect.ts";
import { servingRevisions, servingState } from "../db/models/serving.ts";
import { currentMoment, type Moment } from "../app/as_of.ts";
import { isComplete, loadServingSet, type ServingResolver, type ServingSet } from "./serving_set.ts";
import type { ModelLoader } from "./loaded_model.ts";

const POLL_MS = 500;
const TRY_DAMAGED_EVERY_POLLS = 20;

/** Holds what serves in memory, so that a process which answers many requests need not ask the database each time. */
interface ServingCache extends ServingResolver {
  /** the moment that predictions hold for */
  moment(): Moment;
  close(): Promise<void>;
}

/**
 * Holds serving sets, and replaces them when what serves changes. A change is heard by `LISTEN perennial_serving`, and seen
 * at the latest by the next poll; the new serving set is loaded before it takes over, and who began with the old one
 * finishes with it. Where Postgres does not answer, all stays as it was.
 */
export async function openServingCache(
  { sql, load, clock, log }: {
    sql: Database;
    load: ModelLoader;
    clock: Clock;
    log: Log;
  },
): Promise<ServingCache> {
  const current = new Map<string, ServingSet>();
  const refresh = oneAtATime(async (model: string) => {
    const state = await servingState(sql, model);
    if (state === null) throw new ConflictError(`Cannot predict "${model}": no version serves yet`);
    const known = current.get(model);
    if (known?.state.revision === state.revision && isComplete(known)) return known;
    const servingSet = await loadServingSet(sql, load, state);
    current.set(model, servingSet);
    return servingSet;
  });
  let moment = await currentMoment(sql, clock);
  let polls = 0;
  const poll = async () => {
    moment = await currentMoment(sql, clock);
    const tryDamaged = ++polls % TRY_DAMAGED_EVERY_POLLS === 0;
    for (const { model, revision } of await servingRevisions(sql)) {
      const known = current.get(model);
      const isOld = known && (known.state.revision !== revision || (tryDamaged && !isComplete(known)));
      if (isOld) await refresh(model);
    }
  };
  const polling = repeat(poll, POLL_MS, log);
  const { unlisten } = await sql.listen("perennial_serving", (model) => {
    if (current.has(model)) refresh(model).catch((error) => log(messageOf(error)));
  });
  return {
    resolve: (model) => current.get(model) ?? refresh(model),
    moment: () => moment.clock === "wall" ? { asOfMs: clock(), clock: "wall" } : moment,
    async close() {
      await unlisten();
      await polling.end();
    },
  };
}

/** Runs `work` for one key after the other's end, so that what was read later is what stays. */
function oneAtATime<T>(work: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return (key) => {
    const next = (last.get(key) ?? Promise.resolve()).then(() => work(key));
    last.set(key, next.catch(() => undefined));
    return next;
  };
}

/** Runs `work` again and again, one at a time; a trouble that lasts is told once. */
function repeat(
  work: () => Promise<void>,
  everyMs: number,
  log: Log,
): { end(): Promise<void> } {
  let running: Promise<void> | null = null;
  let trouble = "";
  const timer = setInterval(() => {
    running ??= work().then(() => void (trouble = ""), (error) => {
      if (trouble !== messageOf(error)) log(`serving: ${trouble = messageOf(error)}`);
    }).finally(() => running = null);
  }, everyMs);
  return {
    async end() {
      clearInterval(timer);
      await running;
    },
  };
}
