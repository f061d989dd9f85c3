import assert from "node:assert/strict";
import { wantedFromDrift, wantedFromPerformance, wantedFromQuality } from "../../src/alerts/wanted.ts";
import type { Settlement } from "../../src/alerts/alert.ts";
import type { PerformanceReport } from "../../src/performance/report.ts";
import type { Finding } from "../../src/quality/report.ts";
import { aDriftReport, aFinding, aPerformanceReport, aQualityReport, aShift } from "../monitoring/reports.ts";

const brief = ({ scope, wanted }: Settlement) => ({
  closes: scope.kinds.join(),
  wants: wanted.map(({ kind, severity }) => `${severity} ${kind}`).join(),
});

for (
  const [what, finding, want] of [
    ["broken and coming in", {}, "critical quality"],
    ["broken, and over", { ongoing: false }, "warning quality"],
    ["broken, and accepted by a person", { accepted: true }, ""],
    ["changed", { means: "changed" }, "info quality"],
    ["a passing burst", { means: "passing" }, ""],
  ] as [string, Partial<Finding>, string][]
) {
  Deno.test(`wantedFromQuality() wants "${want}" of a finding that is ${what}`, () => {
    const settlement = wantedFromQuality(aQualityReport({ findings: [aFinding(finding)] }));
    assert.deepEqual(brief(settlement), { closes: "quality", wants: want });
  });
}

Deno.test("wantedFromQuality() says in one line what, how much, since when and what to do", () => {
  const [{ key, title, detail }] = wantedFromQuality(aQualityReport()).wanted;
  assert.equal(key, "quality/unit jump/price/2011-08-30");
  assert.equal(
    title,
    "unit jump (price): Prices are 100 times what they were. 1,312 events, 8.3 % of those looked at. " +
      "Fix the data first, or accept the finding if they are right",
  );
  assert.deepEqual([detail.rows, detail.factor, detail.asOf], [1312, 100, "2011-09-01T00:00:00.000Z"]);
});

Deno.test("wantedFromQuality() closes nothing when it cannot tell, and still opens what it found", () => {
  const settlement = wantedFromQuality(aQualityReport({ answer: "cannot tell yet" }));
  assert.deepEqual(brief(settlement), { closes: "", wants: "critical quality" });
});

Deno.test("wantedFromQuality() makes a flood of findings thirteen alerts at most", () => {
  const flood = (n: number) =>
    Array.from({ length: n }, (_, i) => aFinding({ key: `k${i}`, kind: "frozen feature", subject: `f${i}` }));
  for (const [n, want] of [[12, 12], [13, 13], [40, 13]]) {
    assert.equal(wantedFromQuality(aQualityReport({ findings: flood(n) })).wanted.length, want);
  }
  const last = wantedFromQuality(aQualityReport({ findings: flood(40) })).wanted.at(-1)!;
  assert.deepEqual([last.key, last.severity], ["quality/others", "critical"]);
  const broken = { means: "broken" as const, ongoing: false };
  for (const [one, want] of [[{}, "info"], [broken, "warning"]] as const) {
    const changed = flood(14).map((finding, i) => ({
      ...finding,
      means: "changed" as const,
      ...i === 13 ? one : {},
    }));
    assert.equal(wantedFromQuality(aQualityReport({ findings: changed })).wanted.at(-1)!.severity, want);
  }
  assert.match(last.title, /^28 more findings in the data, frozen feature \(f12\) among them/);
});

for (
  const [answer, want] of [
    ["drifted", { closes: "drift", wants: "warning drift" }],
    ["stable", { closes: "drift", wants: "" }],
    ["cannot tell yet", { closes: "", wants: "" }],
  ] as const
) {
  Deno.test(`wantedFromDrift() of "${answer}"`, () =>
    assert.deepEqual(brief(wantedFromDrift(aDriftReport({ answer }))), want));
}

Deno.test("wantedFromDrift() names the feature that matters most, with its numbers", () => {
  const [{ key, title }] = wantedFromDrift(aDriftReport()).wanted;
  assert.equal(key, "drift/churn/4");
  assert.equal(
    title,
    "churn: shoppers are not those that version 4 was trained on: 1 of 2 features moved, spend_trend_horizon " +
      "(+0.42 standard deviations) at p 0.00060 before all; 1,204 shoppers now against 3,611 rows then. " +
      "The next check weighs it; nothing to do unless the answers get worse",
  );
  const together = { statistic: "energy", value: 0.1, p: 0.00001, drifted: true };
  const none = wantedFromDrift(aDriftReport({ features: [aShift({ drifted: false })], together })).wanted[0];
  assert.match(none.title, /the features moved together \(energy, p < 0\.0001\), none alone/);
});

const forecast = (over: Partial<NonNullable<PerformanceReport["forecast"]>>) => ({
  metric: "logLoss",
  perDay: 0.001,
  threshold: 0.5508,
  daysLeft: 9,
  low: 5,
  high: 16,
  points: 8,
  ...over,
});

for (
  const [what, report, want] of [
    ["it holds, and no trend is known", { forecast: null }, { closes: "degradation", wants: "" }],
    ["it holds, and falls soon", { forecast: forecast({}) }, {
      closes: "degradation,predictive",
      wants: "info predictive",
    }],
    ["in 14 days", { forecast: forecast({ daysLeft: 14 }) }, {
      closes: "degradation,predictive",
      wants: "info predictive",
    }],
    ["in 15 days", { forecast: forecast({ daysLeft: 15 }) }, { closes: "degradation,predictive", wants: "" }],
    ["perhaps never", { forecast: forecast({ high: null }) }, {
      closes: "degradation,predictive",
      wants: "",
    }],
    ["soon or in months", { forecast: forecast({ high: 90 }) }, {
      closes: "degradation,predictive",
      wants: "",
    }],
    ["never", { forecast: forecast({ daysLeft: null, high: null }) }, {
      closes: "degradation,predictive",
      wants: "",
    }],
    ["it fell", { answer: "fell", forecast: forecast({}) }, {
      closes: "degradation,predictive",
      wants: "critical degradation",
    }],
    ["it fell without a trend", { answer: "fell", forecast: null }, {
      closes: "degradation,predictive",
      wants: "critical degradation",
    }],
    ["too few rows", { answer: "cannot tell yet", forecast: null }, { closes: "", wants: "" }],
  ] as [string, Partial<PerformanceReport>, { closes: string; wants: string }][]
) {
  Deno.test(`wantedFromPerformance() wants "${want.wants}" and can close "${want.closes}": ${what}`, () =>
    assert.deepEqual(brief(wantedFromPerformance(aPerformanceReport(report))), want));
}

Deno.test("wantedFromPerformance() says how it was, how it is, and on how many rows", () => {
  const [fell] = wantedFromPerformance(aPerformanceReport({ answer: "fell" })).wanted;
  assert.match(
    fell.title,
    /^churn: version 4 does worse than when it was deployed: log loss 0\.5412 \(0\.5212 to 0\.5612\), then 0\.5400, on 1,204 rows of 1,100 shoppers\. /,
  );
  const unmeasured = wantedFromPerformance(
    aPerformanceReport({ answer: "fell", measured: null, text: "ADWIN spoke" }),
  );
  assert.match(unmeasured.wanted[0].title, /deployed: ADWIN spoke\. /);
  const [near] = wantedFromPerformance(aPerformanceReport({ forecast: forecast({ low: null }) })).wanted;
  assert.match(
    near.title,
    /crosses 0\.5508 in 9 days \(0 to 16, 90\.0 % interval of a line through 8 looks\)/,
  );
});
