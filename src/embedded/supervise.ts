import { messageOf } from "../core/errors.ts";
import { waitAtMost } from "../core/deadline.ts";
import { endProcess } from "./process.ts";
import { untilSilent } from "./silence.ts";
import type { Log, RunningServer } from "./types.ts";

/** A server kept dying and is no longer restarted. */
export class ServerKeepsDyingError extends Error {
  override name = "ServerKeepsDyingError";
  constructor(server: string, deaths: number, { log, cause }: { log: string; cause?: unknown }) {
    super(`${server} died ${deaths} times in a row and is not restarted any more. ${log}`, { cause });
  }
}

interface SupervisorOptions<S extends RunningServer> {
  /** The name for people: `Postgres`. */
  name: string;
  /** Starts it again, on the same ports and data. */
  restart: (last: S) => Promise<S>;
  log: Log;
  /** Deaths in a row that are put up with. */
  restartsMax?: number;
  /** Wait before the first restart; each further one waits twice as long. */
  backoffMs?: number;
  /** Whether it answers; one that does not for some time is ended and started again. */
  answers?: (server: S) => Promise<boolean>;
  /** How long it may be silent, and how often it is asked. */
  silence?: { afterMs: number; everyMs: number };
  /** Hears of each restart. */
  onRestart?: (why: string) => void;
  /** Says where its log is and how that ends. */
  readLog?: () => Promise<string>;
  /** A server that ran for this long is counted as well again. */
  steadyMs?: number;
}

export interface Supervisor {
  readonly name: string;
  /** Settles when the server is given up. Never rejects. */
  failed: Promise<Error>;
  /** Ends the server and does not restart it. */
  stop(): Promise<void>;
}

const SILENCE = { afterMs: 30_000, everyMs: 5_000 };
const never = new Promise<never>(() => undefined);

const endText = (code: number | null) => `ended unexpectedly${code === null ? "" : `, exit code ${code}`}`;

/** Watches a server and restarts it when it dies or falls silent, a bounded number of times in a row. */
export function supervise<S extends RunningServer>(first: S, options: SupervisorOptions<S>): Supervisor {
  const { name, restart, log, restartsMax = 5, backoffMs = 250, steadyMs = 60_000 } = options;
  const { answers, silence = SILENCE, onRestart, readLog } = options;
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>();
  const stopped = Promise.withResolvers<"stop">();
  let stopping = false;

  async function watch(): Promise<void> {
    let [server, deaths] = [first, 0];
    while (true) {
      const since = performance.now();
      const looking = new AbortController();
      const silent = answers
        ? untilSilent(() => answers(server), { ...silence, signal: looking.signal })
        : never;
      const end = await Promise.race([server.exited, stopped.promise, silent]);
      looking.abort();
      if (end === "stop") return await server.stop();
      if (performance.now() - since > steadyMs) deaths = 0;
      deaths++;
      const why = end === "silent" ? await endSilent(server) : endText(end.code);
      log(`${name} (process ${server.pid}) ${why}`, { level: "error" });
      onRestart?.(why);
      const next = await revive(server);
      if (!next) return;
      server = next;
    }
    /** A frozen process takes no other signal. */
    async function endSilent(server: S): Promise<string> {
      await endProcess(server.pid, [{ signal: "SIGKILL", waitMs: 10_000 }]);
      await server.exited;
      return `gave no answer for ${silence.afterMs / 1000} s and was ended`;
    }
    /** Tries until the server is back, the deaths are too many, or we are told to stop. */
    async function revive(last: S): Promise<S | undefined> {
      let cause: unknown;
      for (; deaths <= restartsMax; deaths++) {
        if (await waitAtMost(stopped.promise, backoffMs * 2 ** (deaths - 1)) === "stop") return;
        try {
          const next = await restart(last);
          log(`${name} is back (process ${next.pid})`);
          return next;
        } catch (error) {
          cause = error;
          log(`${name} could not be restarted: ${messageOf(error)}`, { level: "error" });
        }
      }
      const ending = await readLog?.() ?? "Look at its log";
      fail(new ServerKeepsDyingError(name, deaths, { log: ending, cause }));
    }
  }

  const watched = watch();
  watched.catch(() => undefined); // reported by stop()
  return {
    name,
    failed,
    async stop() {
      if (!stopping) stopped.resolve("stop");
      stopping = true;
      await watched;
    },
  };
}
