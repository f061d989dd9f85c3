import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readConfig } from "../../src/config/environment.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { addShop } from "../../src/start/shops/add.ts";
import type { ShopVariables } from "../../src/start/shops/file.ts";
import { onEnd } from "../shared/cleanup.ts";
import type { BenchService } from "../shared/service.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** Adds shops to the servers of a bench. */
export function shopsOf({ service, databaseUrl, temporalAddress, home }: BenchService) {
  const env = { DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporalAddress };
  const state = join(home, "state");
  const servers = {
    config: readConfig(env),
    owner: service.sql,
    ownerUrl: databaseUrl,
    temporalAddress,
    state,
    home,
  };
  return {
    state,
    add: (shop: string, port?: number): Promise<ShopVariables> =>
      addShop(servers, { shop, port, connections: 60, empty: false }),
    inDatabase: async <T>({ DATABASE_URL: url }: ShopVariables, work: (sql: Database) => PromiseLike<T>) => {
      const sql = connect(url, { max: 1 });
      try {
        return await work(sql);
      } finally {
        await sql.end({ timeout: 5 });
      }
    },
  };
}

/** A process of a shop. */
export interface ShopProcess {
  url: string;
  key: string;
  /** memory that it holds now, MB; null: only Linux tells */
  megabytes(): Promise<number | null>;
  stop(): Promise<void>;
}

/** Starts `perennial PART --shop NAME`, and waits until it is ready. */
export async function startShop(
  part: "api" | "worker" | "up",
  { state, cache, temporalAddress, settings = {} }: {
    state: string;
    cache: string;
    temporalAddress: string;
    settings?: Record<string, string>;
  },
  variables: ShopVariables,
): Promise<ShopProcess> {
  const port = await freePort();
  const healthPort = await freePort();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      "--no-prompt",
      "-A",
      MAIN,
      part,
      "--shop",
      variables.PERENNIAL_SHOP,
      ...options(part, port, healthPort),
    ],
    env: { PERENNIAL_HOME: state, PERENNIAL_CACHE: cache, TEMPORAL_ADDRESS: temporalAddress, ...settings },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let isOver = false;
  const stop = onEnd(async () => {
    if (!isOver) child.kill("SIGTERM");
    await child.status;
  });
  void child.status.then(() => isOver = true);
  const isReady = async () =>
    isOver || await fetch(`http://127.0.0.1:${healthPort}/readyz`).then(async (answer) => {
      await answer.body?.cancel();
      return answer.ok;
    }, () => false);
  if (!await waitUntil(isReady, { withinMs: 180_000, everyMs: 100 }) || isOver) {
    throw new Error(`perennial ${part} --shop ${variables.PERENNIAL_SHOP} did not start`);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    key: variables.PERENNIAL_API_KEY,
    megabytes: () => residentMegabytes(child.pid),
    stop: async () => void await stop(),
  };
}

const options = (part: string, port: number, healthPort: number): string[] => [
  ...part === "worker" ? [] : ["--port", String(port)],
  "--health-port",
  String(healthPort),
];

/** Deno reads these files only where all is allowed, which a bench does not ask for. */
function residentMegabytes(pid: number): Promise<number | null> {
  return new Promise((resolve) =>
    execFile("sh", ["-c", `cat /proc/${pid}/status 2>/dev/null`], (_error, text) => {
      const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(text)?.[1];
      resolve(kilobytes === undefined ? null : Number(kilobytes) / 1024);
    })
  );
}
