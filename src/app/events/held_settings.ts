import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Database } from "../../db/connect.ts";
import { eventsKeptFrom } from "../../db/retention.ts";
import { currentMoment, type Moment } from "../as_of.ts";

/** What taking events in goes by, held in memory: a request with events asks the database for none of it. */
export interface HeldSettings {
  /** where the installation's clock stands */
  moment(): Moment;
  /** from when on events are kept, ms since the epoch; null: none were ever deleted */
  keptFromMs(): number | null;
  close(): Promise<void>;
}

const CHANNEL = "perennial_settings";

/** Reads the settings, and again as soon as anybody changes one, or the connection comes back after it was lost. */
export async function openHeldSettings(
  { sql, clock, log }: { sql: Database; clock: Clock; log: Log },
): Promise<HeldSettings> {
  const read = () => Promise.all([currentMoment(sql, clock), eventsKeptFrom(sql)]);
  let reading = read();
  let [moment, keptFromMs] = await reading;
  const changed = () => {
    // after the one before: what was read later is what stays
    reading = reading.then(read, read);
    reading.then((settings) => [moment, keptFromMs] = settings, (error) => log(messageOf(error)));
  };
  const { unlisten } = await sql.listen(CHANNEL, changed, changed);
  return {
    moment: () => moment.clock === "wall" ? { asOfMs: clock(), clock: "wall" } : moment,
    keptFromMs: () => keptFromMs,
    async close() {
      await unlisten();
      await reading.catch(() => undefined); // told above
    },
  };
}
