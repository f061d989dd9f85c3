import { DAY_MS } from "../../core/time.ts";
import { paretoRate } from "../../stats/tails.ts";
import { type Check, isTroubled, PAST_DAYS } from "../view.ts";
import { dayText, times } from "../format.ts";

const DAYS_MIN = 28;
/** The factor beyond the busiest shopper of all days before. */
const BEYOND = 3;

/**
 * One shopper leaves more events in a day than anybody did. Null: the busiest shoppers of the days before have a Pareto
 * tail; quiet days, on which even the busiest does little, do not widen it.
 */
export const busiest: Check = (view) => {
  const past = view.days.filter(({ day }) =>
    day < view.fresh[0] && day >= view.fresh[0] - PAST_DAYS &&
    !isTroubled(view, day, { kind: "implausible shopper", subject: "busiest" })
  ).map(({ shoppers }) => shoppers.mostEvents).filter((n) => n > 0);
  if (past.length < DAYS_MIN) return [];
  const fresh = view.days.filter(({ day }) => day >= view.fresh[0]);
  const top = fresh.reduce((a, b) => b.shoppers.mostEvents > a.shoppers.mostEvents ? b : a, fresh[0]);
  if (!top || top.shoppers.mostEvents === 0) return [{ p: 1, found: null }];
  const now = top.shoppers.mostEvents;
  const most = Math.max(...past);
  const p = Math.min(1, fresh.length * paretoRate(now, past.sort((a, b) => b - a), { of: past.length }));
  if (now < BEYOND * most) return [{ p: 1, found: null }];
  return [{
    p,
    found: {
      kind: "implausible shopper",
      subject: "busiest",
      means: "broken",
      rows: now,
      share: Math.min(1, now / top.events),
      fromMs: top.day * DAY_MS,
      toMs: Math.min(view.evidence.asOfMs, (top.day + 1) * DAY_MS),
      text:
        `one shopper left ${now} events on ${dayText(top.day * DAY_MS)}, ${
          times(now / most)
        } the most of ${past.length} ` +
        "days before; a robot, or a test: keep it out and take its events back",
      evidence: { now, most, days: past.length },
    },
  }];
};
