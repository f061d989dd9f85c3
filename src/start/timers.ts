import { restartAlerts } from "../alerts/restarts.ts";
import { settleAlerts } from "../app/alerts/settle.ts";
import { createWatchdog } from "../app/alerts/watchdog.ts";
import { senderOf } from "../api/control_messages.ts";
import { sendAllWaiting } from "../app/control/outbox.ts";
import { forgetOldUploads } from "../app/events/uploads.ts";
import { systemClock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { createCheckpoints } from "../app/security/checkpoints.ts";
import type { Shared } from "./shared.ts";
import { signedControl } from "./control.ts";

const WATCHDOG_MS = 60_000;
const OUTBOX_MS = 5_000;
const CHECKPOINT_MS = 5 * 60_000;
const UPLOADS_MS = 5 * 60_000;

/** Sends what was written down for workflows and not sent, since a process died or Temporal was away. */
export function startOutbox(shared: Shared): void {
  const { sql, undo, log } = shared;
  const send = senderOf({ sql, control: signedControl(shared) });
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    await sendAllWaiting(sql, send).catch((error) => log(messageOf(error), { level: "error" }));
    busy = false;
  }, OUTBOX_MS);
  undo.add("the outbox", () => clearInterval(timer));
}

/** Signs the newest link of the audit now and then, and tells it to where nobody can take it back. */
export function startCheckpoints({ sql, signing, home, channels, undo, log }: Shared): void {
  const sign = createCheckpoints({ sql, signing, home, channels, clock: systemClock, log });
  const timer = setInterval(
    () => sign().catch((error) => log(messageOf(error), { level: "error" })),
    CHECKPOINT_MS,
  );
  undo.add("the checkpoints of the audit", async () => {
    clearInterval(timer);
    await sign();
  });
}

/** Lets go uploaded files in time, also where nobody uploads another one. */
export function startForgettingUploads({ home, undo, log }: Shared): void {
  const timer = setInterval(
    () => forgetOldUploads(home, systemClock()).catch((error) => log(messageOf(error), { level: "error" })),
    UPLOADS_MS,
  );
  undo.add("forgetting uploads", () => clearInterval(timer));
}

/** Watches what a worker cannot say of itself, and tells of servers that this process had to start again. */
export function startWatchdog({ sql, channels, servers, undo, log }: Shared): void {
  const watch = createWatchdog({ sql, clock: systemClock, channels, log });
  const tellRestarts = async () => {
    if (servers.restarts.length === 0) return; // of others' servers nothing is known
    const nowMs = systemClock();
    await settleAlerts(sql, restartAlerts(servers.restarts, nowMs), {
      channels: [...channels.keys()],
      nowMs,
    });
  };
  const checkHealth = async () => {
    await tellRestarts();
    await watch();
  };
  const timer = setInterval(
    () => checkHealth().catch((error) => log(messageOf(error), { level: "error" })),
    WATCHDOG_MS,
  );
  undo.add("the watchdog", () => clearInterval(timer));
}
