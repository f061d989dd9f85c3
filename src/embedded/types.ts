/** The shapes that the parts of an embedded installation share. */

import type { Log } from "../core/log.ts";
export type { Log };

/** The environment as `src/config/environment.ts` read it, handed in so that nothing here reads it again. */
export interface HostEnvironment {
  /** The environment, as `Deno.env.toObject()` gives it. */
  env: Readonly<Record<string, string | undefined>>;
  /** `Deno.uid()`: 0 is root, `null` where the system has no such number. */
  uid: number | null;
}

/** The end of a child process. `code` is `null` when we did not start it and so cannot know. */
export interface ChildExit {
  code: number | null;
}

/** A server process on this machine, started by us or taken over from an earlier run. */
export interface RunningServer {
  /** Process id. */
  pid: number;
  /** Settles when the process is gone, for whatever reason. Never rejects. */
  exited: Promise<ChildExit>;
  /** True when the process was left running by an earlier run and is used as it is. */
  adopted: boolean;
  /** Ends it: politely first, by force after a bounded wait. Safe to call twice. */
  stop(): Promise<void>;
}

/** A running embedded Postgres. */
export interface RunningPostgres extends RunningServer {
  /** `postgres://perennial:<password>@127.0.0.1:<port>/perennial`. Holds the password: never log it. */
  url: string;
  port: number;
}

/** A running embedded Temporal server. */
export interface RunningTemporal extends RunningServer {
  /** `127.0.0.1:<port>`, for `NativeConnection.connect({ address })`. */
  address: string;
  /** Where its pages answer this process; `undefined`: they are off. Not to be told: they know no sign-in. */
  uiUrl: string | undefined;
  port: number;
  uiPort: number;
  /** address of its pages; null: they are off */
  uiIp: string | null;
}

/** Ports a person chose. A port left out prefers its default and may move to a free one. */
export interface ChosenPorts {
  postgres?: number;
  temporal?: number;
  temporalUi?: number;
}

export interface InstallationOptions extends HostEnvironment {
  /** Folder of this installation's state, from `installationHome()`. */
  home: string;
  /** Folder of what can be fetched or built again, from `cacheHome()`. */
  cache: string;
  /** Hears what is done and how long it took. */
  log: Log;
  /** Left out, `PERENNIAL_POSTGRES_PORT`, `PERENNIAL_TEMPORAL_PORT` and `PERENNIAL_TEMPORAL_UI_PORT` count. */
  ports?: ChosenPorts;
  /**
   * False: commits reach the disk when the system likes, and Temporal takes more memory to take less time. A kill loses
   * nothing, a power failure does: for tests alone.
   */
  flushes?: boolean;
}

/** A server that died or fell silent and was started again. */
export interface Restart {
  server: string;
  why: string;
  atMs: number;
}

/** Postgres and Temporal, ready to use. */
export interface Installation {
  databaseUrl: string;
  /** `host:port`. */
  temporalAddress: string;
  /** Where the embedded server's pages answer this process; `undefined`: they are off, or the server is not ours. */
  temporalPagesAt: string | undefined;
  /** The newest restarts, oldest first. */
  restarts: readonly Restart[];
  /** Settles with the reason when a server kept dying and is no longer restarted. Never rejects. */
  failed: Promise<Error>;
  /** Stops what was started here, in order and within bounds, and frees the home. Safe to call twice. */
  stop(): Promise<void>;
}
