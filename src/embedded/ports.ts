import { createServer } from "node:net";
import type { ChosenPorts, HostEnvironment, Log } from "./types.ts";

/** Default ports, and the variables that change them. */
export const PORTS = {
  api: { default: 8000, wants: "The API and dashboard", setting: "--port or PERENNIAL_PORT" },
  temporal: { default: 7233, wants: "The Temporal server", setting: "PERENNIAL_TEMPORAL_PORT" },
  temporalUi: { default: 8233, wants: "The Temporal UI", setting: "PERENNIAL_TEMPORAL_UI_PORT" },
  postgres: { default: 54329, wants: "Postgres", setting: "PERENNIAL_POSTGRES_PORT" },
} as const;
export type PortUse = keyof typeof PORTS;

/** Something else already listens on a port that was asked for. */
export class PortTakenError extends Error {
  override name = "PortTakenError";
  constructor(readonly use: PortUse, readonly port: number) {
    const { wants, setting } = PORTS[use];
    super(
      `Cannot listen on port ${port}: ${wants} needs it and another program has it; stop that program, or set ${setting}`,
    );
  }
}

/**
 * The ports that the environment sets for the inner servers.
 * @throws {RangeError} a value is not a port
 */
export function chosenPorts(env: HostEnvironment["env"]): ChosenPorts {
  const read = (variable: string): number | undefined => {
    const text = env[variable];
    if (!text) return undefined;
    const port = Number(text);
    if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
    throw new RangeError(`Cannot use ${variable}: "${text}" is not a port, 1 to 65535`);
  };
  return {
    postgres: read(PORTS.postgres.setting),
    temporal: read(PORTS.temporal.setting),
    temporalUi: read(PORTS.temporalUi.setting),
  };
}

/** Whether nothing listens on `port` of `hostname` right now. */
export function isPortFree(port: number, hostname = "127.0.0.1"): Promise<boolean> {
  return new Promise((settle) => {
    const server = createServer();
    server.once("error", () => settle(false));
    server.listen({ port, host: hostname, exclusive: true }, () => server.close(() => settle(true)));
  });
}

/**
 * A port that is free right now, picked by chance below the range from which systems serve outgoing and nameless
 * connections: there another program could take it before its user listens.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = 20_000 + crypto.getRandomValues(new Uint16Array(1))[0] % 10_000;
    if (await isPortFree(port)) return port;
  }
  throw new Error("Cannot find a free port between 20000 and 29999");
}

/**
 * The port to use. One that people or programs outside rely on must not move: `api` never does, the others
 * only when nobody chose them, and then it is said.
 * @param options.chosen the port a person set, if any
 * @param options.avoid ports picked for others a moment ago
 * @throws {PortTakenError} the port is taken and may not move
 */
export async function pickPort(
  use: PortUse,
  { chosen, avoid = [], log }: { chosen?: number; avoid?: readonly number[]; log: Log },
): Promise<number> {
  const wanted = chosen ?? PORTS[use].default;
  if (!avoid.includes(wanted) && await isPortFree(wanted)) return wanted;
  if (chosen !== undefined || use === "api") throw new PortTakenError(use, wanted);
  const port = await freePort();
  log(`Port ${wanted} is taken; ${PORTS[use].wants} uses ${port} (${PORTS[use].setting} chooses another)`);
  return port;
}
