import { waitAtMost } from "../core/deadline.ts";
import type { Log, RunningServer } from "./types.ts";

/** A server kept dying and is no longer restarted. */
export class ServerKeepsDyingError extends Error {
  override name = "ServerKeepsDyingError";
  constructor(server: string, deaths: number, options?: ErrorOptions) {
    super(`${server} died ${deaths} times in a row and is not restarted any more; look at its log`, options);
  }
}

export interface SupervisorOptions<S extends RunningServer> {
  /** The name for people: `Postgres`. */
  name: string;
  /** Starts it again, on the same ports and data. */
  restart: (last: S) => Promise<S>;
  log: Log;
  /** Deaths in a row that are put up with. */
  restartsMax?: number;
  /** Wait before the first restart; each further one waits twice as long. */
  backoffMs?: number;
  /** A server that ran for this long is counted as well again. */
  steadyMs?: number;
}

export interface Supervisor {
  /** Settles when the server is given up. Never rejects. */
  failed: Promise<Error>;
  /** Ends the server and does not restart it. */
  stop(): Promise<void>;
}

/** Watches a server and restarts it when it dies, a bounded number of times in a row. */
export function supervise<S extends RunningServer>(first: S, options: SupervisorOptions<S>): Supervisor {
  const { name, restart, log, restartsMax = 5, backoffMs = 250, steadyMs = 60_000 } = options;
  const { promise: failed, resolve: fail } = Promise.withResolvers<Error>();
  const stopped = Promise.withResolvers<"stop">();
  let stopping = false;

  async function watch(): Promise<void> {
    let [server, deaths] = [first, 0];
    while (true) {
      const since = performance.now();
      const end = await Promise.race([server.exited, stopped.promise]);
      if (end === "stop") return await server.stop();
      if (performance.now() - since > steadyMs) deaths = 0;
      deaths++;
      log(
        `${name} (process ${server.pid}) ended unexpectedly${
          end.code === null ? "" : `, exit code ${end.code}`
        }`,
      );
      const next = await revive(server);
      if (!next) return;
      server = next;
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
          log(`${name} could not be restarted: ${error instanceof Error ? error.message : error}`);
        }
      }
      fail(new ServerKeepsDyingError(name, deaths, { cause }));
    }
  }

  const watched = watch();
  watched.catch(() => undefined); // reported by stop()
  return {
    failed,
    async stop() {
      if (!stopping) stopped.resolve("stop");
      stopping = true;
      await watched;
    },
  };
}
