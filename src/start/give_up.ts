import { waitAtMost } from "../core/deadline.ts";
import type { Log } from "../core/log.ts";

/** A start under way: of everything, and of the servers that it needs first. */
interface Start {
  service: Promise<{ stop(): Promise<void> }>;
  servers: Promise<{ stop(): Promise<void> }>;
}

/** A start that is nearly done is let finish, since its end undoes all in order; both bounds together are below 8 s. */
const FINISHES_WITHIN_MS = 2_500;
const STOPS_WITHIN_MS = 5_000;

/**
 * Ends a start before it is done: a migration, a server that recovers or a program that is being built may take minutes
 * yet. Servers are stopped where they run, which rolls back what is open; one that is starting is taken over by the next
 * start. The process has to end afterwards.
 */
export async function giveUpStart({ service, servers }: Start, log: Log): Promise<void> {
  log("Stopping before everything has started ...");
  const ended = await waitAtMost(service.catch(() => "failed" as const), FINISHES_WITHIN_MS);
  if (ended === "failed") return; // and has undone what it did
  const running = ended ?? await waitAtMost(servers.catch(() => undefined), 1);
  if (running) await waitAtMost(running.stop().catch(() => undefined), STOPS_WITHIN_MS);
}
