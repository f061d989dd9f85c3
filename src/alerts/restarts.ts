import { MINUTE_MS } from "../core/time.ts";
import type { Settlement, WantedAlert } from "./alert.ts";

/** A server that was started again, as its supervisor noted it. */
interface Restarted {
  server: string;
  why: string;
  atMs: number;
}

/** After so long without another restart the matter is over. */
const QUIET_MS = 15 * MINUTE_MS;
/** One may be chance; more are a cause that goes on. */
const MANY = 3;

/** Returns the alerts about servers that were restarted lately; one of each server. */
export function restartAlerts(restarts: readonly Restarted[], nowMs: number): Settlement {
  const lately = restarts.filter(({ atMs }) => nowMs - atMs < QUIET_MS);
  const servers = [...new Set(lately.map(({ server }) => server))];
  return {
    scope: { kinds: ["server restarted"], model: null },
    wanted: servers.map((server) =>
      restartAlert(server, lately.filter((restart) => restart.server === server))
    ),
    closedWhy: "it has run for a quarter of an hour since",
  };
}

function restartAlert(server: string, restarts: readonly Restarted[]): WantedAlert {
  const { why } = restarts[restarts.length - 1];
  const times = restarts.length === 1 ? "once" : `${restarts.length} times`;
  return {
    key: `server restarted/${server}`,
    kind: "server restarted",
    model: null,
    severity: restarts.length >= MANY ? "critical" : "warning",
    title: `${server} was restarted ${times} within a quarter of an hour: it ${why}`,
    detail: { server, restarts: restarts.length, why },
  };
}
