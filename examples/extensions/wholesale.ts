import { defineCheck } from "perennial";

const UNITS = 1000;
const DAY_MS = 86_400_000;

/** A shop for households sells no thousand of anything: whoever sends that counts cents, or means a test. */
export default defineCheck({
  name: "wholesale",
  means: `asks for purchases of ${UNITS} units or more at once`,
  look({ days, fresh, evidence }) {
    const odd = days.filter(({ day, largest }) => fresh.includes(day) && (largest.quantity ?? 0) >= UNITS);
    if (odd.length === 0) return [];
    const [first, last] = [odd[0], odd[odd.length - 1]];
    const most = Math.max(...odd.map(({ largest }) => largest.quantity ?? 0));
    return [{
      p: null, // a fact, not a test
      found: {
        means: "broken",
        rows: odd.length,
        share: odd.length / fresh.length,
        fromMs: first.day * DAY_MS,
        toMs: Math.min(evidence.asOfMs, (last.day + 1) * DAY_MS),
        text: `${most} units bought at once; see whether quantities are counted in another unit`,
        evidence: { units: most },
      },
    }];
  },
});
