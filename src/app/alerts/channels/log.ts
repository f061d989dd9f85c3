import type { Log } from "../../../core/log.ts";
import { type Channel, lineOf } from "./channel.ts";

/** Writes one line for each delivery to the log of the process. */
export const logChannel = (log: Log): Channel => ({
  name: "log",
  send(delivery) {
    log(`Alert ${delivery.alertId} ${lineOf(delivery)}`);
    return Promise.resolve();
  },
});
