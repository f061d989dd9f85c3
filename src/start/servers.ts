import { localUrl } from "../api/serve.ts";
import { InvalidInputError } from "../core/errors.ts";
import { startInstallation, TEMPORAL_UI_PATH } from "../embedded/installation.ts";
import type { Installation } from "../embedded/types.ts";
import type { ServiceOptions } from "./options.ts";

/** The embedded servers; or, for parts that run alone, the ones that the environment names. */
export async function findServers(
  { config, env, home, cache, log, embedded }: ServiceOptions,
): Promise<Installation> {
  if (embedded) return await startInstallation({ env, uid: Deno.uid(), home, cache, log });
  const { DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporalAddress } = config;
  if (!databaseUrl) throw missing("DATABASE_URL", "postgres://user:password@host:5432/perennial");
  if (!temporalAddress) throw missing("TEMPORAL_ADDRESS", "host:7233");
  await Deno.mkdir(home, { recursive: true });
  return {
    databaseUrl,
    temporalAddress,
    temporalPagesAt: undefined,
    restarts: [],
    failed: new Promise(() => undefined), // not ours to watch
    stop: () => Promise.resolve(),
  };
}

const missing = (name: string, example: string) =>
  new InvalidInputError(
    `Cannot start: ${name} is not set (for example ${example}); "up" starts its own servers`,
    name,
  );

/** Where people find Temporal's pages: those of the embedded server under our own origin, behind the sign-in. */
export function temporalPagesUrl({ config, parts }: ServiceOptions, servers: Installation): string | null {
  if (config.TEMPORAL_UI_URL) return config.TEMPORAL_UI_URL;
  if (!servers.temporalPagesAt || !parts.includes("api")) return null;
  const { PERENNIAL_HOST: host, PERENNIAL_PORT: port } = config;
  const tls = config.PERENNIAL_TLS_CERT !== undefined;
  return `${
    config.PERENNIAL_PUBLIC_URL?.replace(/\/$/, "") ?? localUrl(host, port, { tls })
  }${TEMPORAL_UI_PATH}`;
}
