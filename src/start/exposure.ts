import type { Config } from "../config/environment.ts";
import { isLoopback } from "../api/access.ts";
import type { ServiceOptions } from "./options.ts";

/** Whether others come in through a proxy, so that listening on loopback keeps nobody out. */
const isBehindProxy = (config: Config): boolean =>
  config.PERENNIAL_PUBLIC_URL !== undefined || config.PERENNIAL_TRUSTED_PROXY !== undefined;

/** Whether reading needs a key on loopback too: others come in there, or another shop's people are on this machine. */
export const readsNeedKey = (config: Config): boolean =>
  isBehindProxy(config) || config.PERENNIAL_SHOP !== undefined;

/** Whether signals that nobody signed are obeyed: by default where Temporal is our own, on this machine alone. */
export function obeysUnsigned({ config, embedded }: Pick<ServiceOptions, "config" | "embedded">): boolean {
  if (config.PERENNIAL_UNSIGNED_SIGNALS) return config.PERENNIAL_UNSIGNED_SIGNALS === "obey";
  return embedded && !config.TEMPORAL_ADDRESS && isLoopback(config.PERENNIAL_HOST) && !readsNeedKey(config);
}
