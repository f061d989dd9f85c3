import { askRate } from "../rates.ts";
import type { Check, Draft } from "../view.ts";
import { percent } from "../format.ts";

/** Kinds of quarantined events, by their reasons. */
function kindOf(reason: string): Draft["kind"] {
  if (/negative|before 1990|in the future/.test(reason)) return "out of range";
  return /missing/.test(reason) ? "missing" : "wrong type";
}

/** More events than usual make no sense and were put aside, by field. */
export const refused: Check = (view) => {
  const { refused: all } = view.evidence;
  const groups = [...new Set(all.map(({ field, reason }) => `${field ?? "event"}\n${kindOf(reason)}`))]
    .sort();
  return groups.flatMap((group) => {
    const [subject, kind] = group.split("\n") as [string, Draft["kind"]];
    const mine = all.filter(({ field, reason }) => (field ?? "event") === subject && kindOf(reason) === kind);
    const days = new Map(view.days.map(({ day, visits, events }) => [day, { visits, events }]));
    for (const { day } of mine) if (!days.has(day)) days.set(day, { visits: 0, events: 0 });
    return askRate(view, {
      kind,
      subject,
      means: "broken",
      trouble: "more",
      series: [...days].sort(([a], [b]) => a - b).map(([day, { visits, events }]) => {
        const ofDay = mine.filter((refusal) => refusal.day === day);
        const k = ofDay.reduce((sum, refusal) => sum + refusal.visits, 0);
        const rows = ofDay.reduce((sum, refusal) => sum + refusal.events, 0);
        return { day, k, n: visits + k, rows, of: events + rows };
      }),
      matters: ({ now, usual }) => now - usual >= 0.02 && now >= 2 * usual,
      text: ({ now, usual }, since) =>
        `${percent(now)} of the visits had events put aside (${mine[mine.length - 1].reason}), usually ${
          percent(usual)
        }, ` +
        `since ${since}; the sender changed: mend it and send them again, they are in quarantine`,
    });
  });
};
