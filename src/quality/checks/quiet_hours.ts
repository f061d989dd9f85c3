import { askRate } from "../rates.ts";
import type { Check, View } from "../view.ts";
import { percent } from "../words.ts";

/** The quietest hours of the day that together see so small a part of the visits. */
const QUIET_PART = 0.01;
/** Visits that say which those are. */
const VISITS_MIN = 300;

/** Visits come at hours when hardly anybody came before: a clock that is off, or robots. */
export const quietHours: Check = (view) => {
  const quiet = quietOf(view);
  if (quiet.length === 0) return [];
  return askRate(view, {
    ...{ kind: "clock shift", subject: "quiet hours", means: "broken", trouble: "more" },
    series: view.days.map(({ day, hours, eventHours, visits: n, events: of }) => ({
      ...{ day, n, of },
      k: quiet.reduce((sum, hour) => sum + hours[hour], 0),
      rows: quiet.reduce((sum, hour) => sum + eventHours[hour], 0),
    })),
    matters: ({ now, usual }) => now - usual >= 0.03 && now >= 3 * usual,
    text: ({ now, usual }, since) =>
      `${percent(now)} of the visits come at hours of the day that usually see ${
        percent(usual)
      }, since ${since}; look for ` +
      "a clock or a time zone that was changed where the events are made, and for robots",
  });
};

/** UTC hours, from the days that were looked at before. */
function quietOf({ days, fresh }: View): number[] {
  const visits = new Array<number>(24).fill(0);
  for (const { day, hours } of days) if (day < fresh[0]) hours.forEach((n, hour) => visits[hour] += n);
  const all = visits.reduce((a, b) => a + b, 0);
  if (all < VISITS_MIN) return [];
  const quiet: number[] = [];
  let sum = 0;
  for (const hour of [...visits.keys()].sort((a, b) => visits[a] - visits[b] || a - b)) {
    sum += visits[hour];
    if (sum > QUIET_PART * all) break;
    quiet.push(hour);
  }
  return quiet;
}
