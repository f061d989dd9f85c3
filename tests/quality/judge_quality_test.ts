// Simulates: too slow for test:fast.
import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import { judgeQuality, type QualityEvidence } from "../../src/quality/judge_quality.ts";
import type { DayProfile } from "../../src/quality/profile.ts";
import { QualityReport } from "../../src/quality/report.ts";
import { evidenceAt, FIRST_DAY, healthyDays, look } from "./shop.ts";

const N = 129;
const LAST = FIRST_DAY + N - 1; // the trouble begins on a Monday
const START = LAST - 3 + 1;

/** The healthy shop with its last three days changed. */
const changed = (change: (day: DayProfile) => Partial<DayProfile>): DayProfile[] =>
  healthyDays(N).map((day) => day.day < START ? day : { ...day, ...change(day) });

const iso = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);

const part = (n: number, share: number) => Math.round(share * n);

interface Case {
  name: string;
  days: DayProfile[];
  over?: Partial<QualityEvidence>;
  want: { kind: string; subject: string; means: string };
}

const CASES: readonly Case[] = [
  {
    name: "a field that was never missing",
    days: changed(({ types: { purchase: [n, events] }, missing }) => ({
      missing: { ...missing, "purchase/price": [part(n, 0.3), part(events, 0.3)] },
    })),
    want: { kind: "missing", subject: "price of purchase", means: "broken" },
  },
  {
    name: "a field that is often missing and now more often",
    days: changed(({ visits }) => ({ missing: { "view/user": [part(visits, 0.6), 2 * visits] } })),
    want: { kind: "missing", subject: "user of view", means: "broken" },
  },
  {
    name: "events put aside because their fields are of another type",
    days: changed(({ visits, events }) => ({ visits: part(visits, 0.7), events: part(events, 0.7) })),
    over: {
      refused: [START, START + 1, START + 2].map((day) => ({
        day,
        field: "price",
        reason: "price must be a number between -1e12 and 1e12",
        visits: 20,
        events: 90,
      })),
    },
    want: { kind: "wrong type", subject: "price", means: "broken" },
  },
  {
    name: "the same content under new ids",
    days: changed(({ visits, events }) => ({ duplicates: [part(visits, 0.2), part(events, 0.1)] })),
    want: { kind: "duplicate", subject: "content", means: "broken" },
  },
  {
    name: "the same ids sent again",
    days: healthyDays(N),
    over: { repeats: [START, START + 1, START + 2].map((day) => ({ day, source: "api", events: 150 })) },
    want: { kind: "duplicate", subject: "ids", means: "broken" },
  },
  {
    name: "prices in cents",
    days: changed(({ prices: [[, usual], rest] }) => ({ prices: [[230, usual], rest] })),
    want: { kind: "unit jump", subject: "price", means: "broken" },
  },
  {
    name: "purchases for nothing",
    days: changed(({ visits }) => ({ free: [part(visits, 0.15), part(visits, 0.15)] })),
    want: { kind: "out of range", subject: "price 0", means: "broken" },
  },
  {
    name: "one absurd order",
    days: changed(({ largest }) => ({ largest: { ...largest, quantity: 80_995 } })),
    want: { kind: "out of range", subject: "quantity", means: "broken" },
  },
  {
    name: "an event type that is lost while others go on",
    days: changed(({ types: { view, purchase } }) => ({ types: { view, purchase } })),
    want: { kind: "lost event type", subject: "cart", means: "broken" },
  },
  {
    name: "a checkout that fails",
    days: changed(({ types, bought }) => ({
      types: { ...types, purchase: [3, 12] },
      bought: { ...bought, view: 3, cart: 3, purchase: 3 },
    })),
    want: { kind: "broken funnel", subject: "purchase after cart", means: "broken" },
  },
  {
    name: "errors that the shop reports itself",
    days: changed(({ types, visits }) => ({
      types: { ...types, payment_error: [part(visits, 0.15), visits] },
    })),
    want: { kind: "broken funnel", subject: "payment_error", means: "broken" },
  },
  {
    name: "a clock that is four hours off",
    days: changed(({ hours }) => ({ hours: hours.map((_, hour) => hours[(hour + 4) % 24]) })),
    want: { kind: "clock shift", subject: "hour of the day", means: "broken" },
  },
  {
    name: "shoppers who never sleep",
    days: changed(({ shoppers }) => ({ shoppers: { ...shoppers, restless: 3, restlessEvents: 400 } })),
    want: { kind: "implausible shopper", subject: "hours of the day", means: "broken" },
  },
  {
    name: "one shopper with more events than anybody before",
    days: changed(({ shoppers }) => ({ shoppers: { ...shoppers, mostEvents: 900 } })),
    want: { kind: "implausible shopper", subject: "busiest", means: "broken" },
  },
  {
    name: "a robot of a shop in which many days see nobody busy",
    days: healthyDays(N).map((day) => ({
      ...day,
      shoppers: {
        ...day.shoppers,
        mostEvents: day.day >= START ? 900 : day.day % 2 === 0 ? 2 : day.shoppers.mostEvents * 3,
      },
    })),
    want: { kind: "implausible shopper", subject: "busiest", means: "broken" },
  },
  {
    name: "a flood of newcomers with one event each",
    days: changed(({ shoppers }) => ({
      shoppers: { ...shoppers, all: 3 * shoppers.all, single: 2 * shoppers.all },
    })),
    want: { kind: "implausible shopper", subject: "newcomers with one event", means: "broken" },
  },
  {
    name: "the same flood for one product",
    days: changed(({ shoppers }) => ({
      shoppers: {
        ...shoppers,
        all: 3 * shoppers.all,
        single: 2 * shoppers.all,
        singleProduct: 2 * shoppers.all,
      },
    })),
    want: { kind: "implausible shopper", subject: "newcomers with one event", means: "passing" },
  },
  {
    name: "events that come in hours late",
    days: changed(({ visits, events }) => ({ late: [part(visits, 0.5), part(events, 0.5)] })),
    want: { kind: "late", subject: "events", means: "broken" },
  },
  {
    name: "events that overtake each other",
    days: changed(({ visits, events }) => ({ outOfOrder: [part(visits, 0.5), part(events, 0.5)] })),
    want: { kind: "out of order", subject: "events", means: "broken" },
  },
  {
    name: "four times the visits with a sound mix",
    days: healthyDays(N, { busy: (i) => FIRST_DAY + i >= START ? 4 : 1 }),
    want: { kind: "volume too high", subject: "visits", means: "passing" },
  },
  {
    name: "a fifth of the visits",
    days: healthyDays(N, { busy: (i) => FIRST_DAY + i >= START ? 0.2 : 1 }),
    want: { kind: "volume too low", subject: "visits", means: "broken" },
  },
  {
    name: "a type of event that never came before",
    days: changed(({ types, visits }) => ({ types: { ...types, wishlist: [part(visits, 0.3), visits] } })),
    want: { kind: "unseen category", subject: "type wishlist", means: "changed" },
  },
];

for (const { name, days, over, want } of CASES) {
  Deno.test(`judgeQuality() finds ${name}`, () => {
    const reports = look(days, { fromDay: START, toDay: LAST + 1, over });
    const last = reports[reports.length - 1];
    QualityReport.parse(last);
    const found = last.findings.find((f) => f.kind === want.kind && f.subject === want.subject);
    assert.ok(found, `${last.text}\n${last.findings.map(({ key }) => key).join("\n")}`);
    assert.equal(found.means, want.means);
    assert.equal(last.answer, { broken: "broken", changed: "changed", passing: "sound" }[want.means]);
    assert.ok(Date.parse(found.from) >= (START - 2) * DAY_MS, `it began ${found.from}`);
    assert.ok(found.rows > 0 && found.share > 0 && found.share <= 1);
  });
}

Deno.test("judgeQuality() tells a burst once that both its day and its week show, under one key for as long as it lasts", () => {
  const days = healthyDays(N, { busy: (i) => FIRST_DAY + i >= START ? 12 : 1 });
  const reports = look(days, { fromDay: START + 1, toDay: LAST + 1 });
  const keys = reports.map(({ findings }) =>
    findings.filter(({ kind }) => kind === "volume too high").map(({ key }) => key)
  );
  assert.deepEqual(keys, keys.map(() => [`volume too high/visits/${iso(START)}`]));
});

Deno.test("judgeQuality() takes a day without events for a holiday where the shop has closing hours, not six", () => {
  const kindsOf = (closed: number) => {
    const days = healthyDays(N).filter(({ day }) => day <= LAST - closed);
    return look(days, { fromDay: LAST - closed + 2, toDay: LAST + 1 }).flatMap(({ findings }) => findings)
      .map(({ kind }) => kind);
  };
  assert.deepEqual(kindsOf(1), []);
  assert.ok(kindsOf(7).includes("stalled source"));
});

Deno.test("judgeQuality() finds five silent hours of a shop that never closes", () => {
  const open = healthyDays(N).map((day) => ({ ...day, eventHours: new Array<number>(24).fill(9) }));
  const [today] = open.slice(-1);
  const hours = today.eventHours.map((n, hour) => hour < 7 ? n : 0);
  const at = (hour: number) => {
    const asOfMs = LAST * DAY_MS + hour * DAY_MS / 24;
    const days = [...open.slice(0, -1), { ...today, visits: 4, events: 63, eventHours: hours }];
    return judgeQuality({
      ...evidenceAt(days, LAST + 1),
      asOfMs,
      previousMs: asOfMs - DAY_MS / 24,
      alpha: 0.2 / 30 / 24,
    });
  };
  const found = at(12).findings.find(({ kind }) => kind === "stalled source");
  assert.ok(found, at(12).text);
  assert.equal(found.from, new Date(LAST * DAY_MS + 7 * DAY_MS / 24).toISOString());
  assert.ok(!at(9).findings.some(({ kind }) => kind === "stalled source"));
});

Deno.test("judgeQuality() takes an hour for summer time when the clocks changed, else for a clock", () => {
  const means = (firstDay: number) => {
    const start = firstDay - FIRST_DAY;
    const days = healthyDays(start + 7, { seed: 3 }).map((day) => ({
      ...day,
      visits: 40 * day.visits, // many visits show the smallest shift
      hours: day.hours.map((_, hour) => 40 * day.hours[(hour + (day.day < firstDay ? 0 : 1)) % 24]),
    }));
    const reports = look(days, { fromDay: firstDay + 2, toDay: firstDay + 7 });
    return [
      ...new Set(
        reports.flatMap(({ findings }) => findings).filter((f) => f.kind === "clock shift").map((f) =>
          f.means
        ),
      ),
    ];
  };
  assert.deepEqual(means(Date.UTC(2024, 9, 27) / DAY_MS), ["passing"]); // the last Sunday of October
  assert.deepEqual(means(Date.UTC(2024, 8, 1) / DAY_MS), ["broken"]);
});

Deno.test("judgeQuality() goes on about a new catalogue while its products are young", () => {
  const began = LAST - 50;
  const days = healthyDays(N).map((day) =>
    day.day < began
      ? day
      : { ...day, young: { visits: part(day.young!.of, 0.6), of: day.young!.of, events: 30, known: 20 } }
  );
  const reports = look(days, { fromDay: began + 12, toDay: LAST + 1, gap: 4 });
  assert.deepEqual([...new Set(reports.map(({ answer }) => answer))], ["changed"]);
  assert.equal(new Set(reports.map(({ findings }) => findings[0].key)).size, 1);
});

Deno.test("judgeQuality() finds a new catalogue once it has lasted a week", () => {
  const days = healthyDays(N).map((day) =>
    day.day < LAST - 9
      ? day
      : { ...day, young: { visits: part(day.young!.of, 0.6), of: day.young!.of, events: 30, known: 20 } }
  );
  const [report] = look(days, { fromDay: LAST + 1, toDay: LAST + 1 });
  assert.deepEqual([report.answer, report.findings[0].kind], ["changed", "unseen category"]);
});

Deno.test("judgeQuality() finds a healthy shop sound, day by day", () => {
  for (const seed of [1, 2, 3]) {
    const reports = look(healthyDays(N, { seed }), { fromDay: LAST - 40, toDay: LAST + 1 });
    assert.deepEqual(reports.filter(({ answer }) => answer !== "sound").map(({ text }) => text), []);
  }
});

Deno.test("judgeQuality() holds the budget in healthy shops: 0.2 findings in 30 days", () => {
  let found = 0;
  let days = 0;
  for (let seed = 100; seed < 112; seed++) {
    const keys = new Set(
      look(healthyDays(150, { seed }), { fromDay: FIRST_DAY + 100, toDay: FIRST_DAY + 150 }).flatMap((
        { findings },
      ) => findings.filter(({ means }) => means === "broken").map(({ key }) => key)),
    );
    found += keys.size;
    days += 50;
  }
  assert.ok(found <= 0.2 * days / 30, `${found} in ${days} days`);
});

Deno.test("judgeQuality() cannot tell before there is any history, nor without events", () => {
  for (const n of [0, 1, 5]) {
    const [report] = look(healthyDays(n), { fromDay: FIRST_DAY + n, toDay: FIRST_DAY + n });
    assert.deepEqual([report.answer, report.findings], ["cannot tell yet", []]);
  }
});

Deno.test("judgeQuality() gives the same report for the same evidence, also after a way through JSON", () => {
  const evidence = evidenceAt(CASES[0].days, LAST + 1);
  const report = judgeQuality(evidence);
  assert.equal(report.answer, "broken");
  assert.deepEqual(judgeQuality(JSON.parse(JSON.stringify(evidence))), report);
});

Deno.test("judgeQuality() keeps the key of trouble that lasts, and says when it was first seen", () => {
  const days = healthyDays(N).map((day) =>
    day.day < LAST - 20
      ? day
      : { ...day, missing: { "view/user": [part(day.visits, 0.6), 100] as [number, number] } }
  );
  const reports = look(days, { fromDay: LAST - 21, toDay: LAST + 1 });
  const found = reports.flatMap(({ findings }) => findings);
  assert.equal(new Set(found.map(({ key }) => key)).size, 1);
  assert.equal(new Set(found.map(({ firstSeen }) => firstSeen)).size, 1);
  assert.equal(reports[reports.length - 1].findings[0].ongoing, true);
  assert.ok(found.length >= 19, "it does not become usual while nobody accepts it");
});

Deno.test("judgeQuality() does not block on what a person accepted", () => {
  const evidence = evidenceAt(CASES[0].days, LAST + 1);
  const [finding] = judgeQuality(evidence).findings;
  const accepted = judgeQuality({ ...evidence, known: [{ ...finding, accepted: true }] });
  assert.deepEqual([accepted.answer, accepted.findings[0].key], ["sound", finding.key]);
  assert.equal(accepted.findings[0].accepted, true);
});

Deno.test("judgeQuality() finds trouble that began and ended between two looks, once", () => {
  const began = LAST - 9;
  const days = healthyDays(N + 20).map((day) =>
    day.day < began || day.day > began + 2 ? day : {
      ...day,
      missing: { "purchase/product": [part(day.types.purchase[0], 0.5), 30] as [number, number] },
    }
  );
  const [first, second] = look(days, { fromDay: LAST + 1, toDay: LAST + 15, gap: 14 });
  assert.deepEqual(first.findings.map(({ kind, ongoing }) => [kind, ongoing]), [["missing", false]]);
  assert.equal(Math.floor(Date.parse(first.findings[0].from) / DAY_MS), began);
  assert.equal(Math.floor(Date.parse(first.findings[0].to) / DAY_MS), began + 3);
  assert.deepEqual([second.answer, second.findings], ["sound", []]);
});

Deno.test("judgeQuality() names frozen features and skew between training and serving", () => {
  const features: QualityEvidence["features"] = {
    cutoff: new Date(LAST * DAY_MS).toISOString(),
    rows: 300,
    constant: ["views_7", "season"],
    variedBefore: ["views_7", "spend_7"],
    before: new Date((LAST - 28) * DAY_MS).toISOString(),
    compared: 50,
    skewed: [{ feature: "spend_7", shoppers: 3, largest: 0.5 }],
    sessions: null,
  };
  const { findings } = judgeQuality(evidenceAt(healthyDays(N), LAST + 1, { features }));
  assert.deepEqual(findings.map(({ kind, subject, rows }) => [kind, subject, rows]).sort(), [
    ["frozen feature", "views_7", 300],
    ["training-serving skew", "spend_7", 3],
  ]);
});
