import { signedControl } from "./control.ts";
import { startHealth } from "./health.ts";
import type { Shared } from "./shared.ts";

/**
 * Answers probes on a thread of their own, where a port for them is named.
 * @returns to be called when all parts run: until then the process is not ready
 */
export async function startProbes(shared: Shared): Promise<() => void> {
  const { config, databaseUrl, undo } = shared;
  const { PERENNIAL_HOST: host, PERENNIAL_HEALTH_PORT: port } = config;
  if (port === undefined) return () => undefined;
  const control = signedControl(shared);
  const health = await startHealth({ host, port, databaseUrl, reachesTemporal: () => control.reachable() });
  undo.add("the probes", () => health.stop());
  undo.begin(() => health.stopping());
  return () => health.started();
}
