import type { Log } from "../core/log.ts";
import { DefaultLogger, Runtime } from "@temporalio/worker";

let installed = false;

/**
 * Sends the worker's warnings to the log, and keeps its signal handlers out of the process: the service has its own.
 * To be called before anything else of the worker's library; later calls change nothing.
 */
export function installRuntime(log: Log): void {
  if (installed) return;
  installed = true;
  const logger = new DefaultLogger("WARN", ({ message, meta }) => {
    if (message.startsWith("No workflows registered")) return; // so it is meant of features and trainings
    log(meta?.error instanceof Error ? `${message}: ${meta.error.message}` : message);
  });
  Runtime.install({ logger, shutdownSignals: [] });
}
