import { DAY_MS } from "../../core/time.ts";
import type { Policy } from "./policy.ts";

/** Trains every so many days, whatever happens: what a cron job does. */
export const calendar: Policy = {
  name: "calendar",
  means: "retrained every so many days",
  looks: false,
  validates: "on request",
  decide({ asOf, lastTrained }, { days }) {
    const age = lastTrained === null ? Infinity : (Date.parse(asOf) - Date.parse(lastTrained)) / DAY_MS;
    return age >= (days ?? 0)
      ? { run: true, why: `${Math.floor(age)} days since the last training, due after ${days}` }
      : { run: false, why: `${Math.floor(age)} of ${days} days since the last training` };
  },
};
