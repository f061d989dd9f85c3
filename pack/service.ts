import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { join, resolve } from "node:path";
import process from "node:process";
import { checkOptions, type PlaceOptions } from "../src/config/place_options.ts";
import { InvalidInputError } from "../src/core/errors.ts";
import { shownValue } from "../src/core/shown_value.ts";
import { appCommand } from "./app.ts";

/** Options of a service. What is left out comes from the environment, as for `perennial up`. */
export interface StartOptions extends PlaceOptions {
  /** folder that keeps the state of the service: each that runs at a time needs its own */
  home: string;
  /** folder of own models, a file each, which take `defineModel` from "perennial" */
  models?: string;
  /** folder of own checks, detectors, strategies, policies and channels, a file each */
  extensions?: string;
  /** channels that alerts are told over, beside the log */
  channels?: {
    webhook?: { url: string; secret: string };
    email?: { smtpUrl: string; from: string; to: readonly string[] };
  };
  /** hears what is done, line by line; default: nobody */
  log?: (line: string) => void;
}

/** A service that runs as a process of its own. */
export interface RetrainingService {
  url: string;
  apiKey: string;
  /** settles with the reason when the process ended by itself; never rejects */
  failed: Promise<Error>;
  /** ends it and everything that it started, in order */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The line by which the program says that it answers, whatever its log sets before it. */
const READY = /\bReady: .*API at ([^\s,"]+)/;
/** A first start fetches what it needs; longer than this it stands still. */
const READY_WITHIN_MS = 10 * 60_000;
const LINES_KEPT = 20;

/**
 * Starts API and worker as a process, with servers of their own where none is named.
 * @throws {InvalidInputError} an option cannot be used   @throws {Error} it ended before it was ready; holds its last words
 */
export async function startRetrainingService(options: StartOptions): Promise<RetrainingService> {
  checkOptions(options, ["home", "models", "extensions", "channels", "log"]);
  for (const folder of ["home", "models", "extensions"] as const) {
    const path: unknown = options[folder];
    if (typeof path === "string" || (folder !== "home" && path === undefined)) continue;
    throw new InvalidInputError(
      `Cannot start a service: "${folder}" has to be a folder, not ${shownValue(path)}`,
      folder,
    );
  }
  const { home, cache, apiKey, log = () => undefined } = options;
  const { command, args } = appCommand(["up"], { cache: cache && resolve(cache), log });
  const env = { ...process.env, ...environmentOf(options) };
  const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  const ended = endOf(child);
  const url = await readyUrl(child, { ended, log });
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  const key = apiKey ?? (await readFile(join(resolve(home), "default", "api-key"), "utf8")).trim();
  return { url, apiKey: key, failed: ended, stop, [Symbol.asyncDispose]: stop };
}

/** Settles when the process has ended. */
function endOf(child: ChildProcess): Promise<Error> {
  return new Promise((settle) => {
    child.on("error", settle);
    child.on(
      "exit",
      (code, signal) => settle(new Error(`The service ended (${signal ?? `exit code ${code}`})`)),
    );
  });
}

/** Returns where the API answers, as soon as it does. */
function readyUrl(
  child: ChildProcess,
  { ended, log }: { ended: Promise<Error>; log: (line: string) => void },
): Promise<string> {
  const last: string[] = [];
  return new Promise((settle, refuse) => {
    const late = setTimeout(() => {
      child.kill("SIGKILL");
      refuse(new Error(`The service was not ready in time: ${last.join("\n")}`));
    }, READY_WITHIN_MS);
    createInterface({ input: child.stderr! }).on("line", (line) => {
      log(line);
      last.push(line);
      last.splice(0, last.length - LINES_KEPT);
      const url = READY.exec(line)?.[1];
      if (url) {
        clearTimeout(late);
        settle(url);
      }
    });
    void ended.then((error) => {
      clearTimeout(late);
      refuse(new Error(`${error.message}: ${last.join("\n")}`));
    });
  });
}

function environmentOf(options: StartOptions): Record<string, string> {
  const { ports = {}, channels: { webhook, email } = {} } = options;
  const folder = (path: string | undefined) => path === undefined ? undefined : resolve(path);
  const given = {
    PERENNIAL_HOME: folder(options.home),
    PERENNIAL_CACHE: folder(options.cache),
    PERENNIAL_ARTEFACTS: options.artefacts?.startsWith("s3://")
      ? options.artefacts
      : folder(options.artefacts),
    PERENNIAL_MODELS: folder(options.models),
    PERENNIAL_EXTENSIONS: folder(options.extensions),
    DATABASE_URL: options.databaseUrl,
    TEMPORAL_ADDRESS: options.temporalAddress,
    TEMPORAL_NAMESPACE: options.temporalNamespace,
    PERENNIAL_HOST: options.host,
    PERENNIAL_PORT: options.port,
    PERENNIAL_POSTGRES_PORT: ports.postgres,
    PERENNIAL_TEMPORAL_PORT: ports.temporal,
    PERENNIAL_TEMPORAL_UI_PORT: ports.temporalUi,
    PERENNIAL_SECRET: options.secret,
    PERENNIAL_API_KEY: options.apiKey,
    PERENNIAL_WEBHOOK_URL: webhook?.url,
    PERENNIAL_WEBHOOK_SECRET: webhook?.secret,
    PERENNIAL_SMTP_URL: email?.smtpUrl,
    PERENNIAL_ALERT_FROM: email?.from,
    PERENNIAL_ALERT_TO: email?.to.join(","),
  };
  const named = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(named.map(([name, value]) => [name, String(value)]));
}
