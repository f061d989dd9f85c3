import assert from "node:assert/strict";
import { services } from "../../components/version_rings.tsx";
import { cycleHeadline, mainReason, outcomesText, reading } from "../../components/labels.ts";
import type { Reason } from "../../src/retraining/check.ts";
import { inForm } from "../../routes/act/(_components)/form_words.ts";
import { makeFixture } from "./fixture.ts";

const interval = (low: number, high: number) => ({
  mean: (low + high) / 2,
  low,
  high,
  n: 100,
  clusters: 100,
  confidence: 0.9,
});
for (
  const [low, high, want] of [
    [-0.02, -0.001, "Better"],
    [-0.02, 0.005, "Not worse"],
    [-0.02, 0.02, "Inconclusive"],
    [0, 0, "Same predictions"],
    [0.001, 0.009, "Worse within the margin"],
    [0.001, 0.02, "Worse"],
  ] as const
) {
  Deno.test(`reading() says "${want}", when the interval is ${low} to ${high} and the margin 0.01`, () =>
    assert.equal(reading(interval(low, high), 0.01).word, want));
}

Deno.test("outcomesText() counts in a fixed order, and is null where nothing ran", () => {
  assert.equal(
    outcomesText({ running: 1, inconclusive: 2, deployed: 1200 }),
    "1,203 cycles: 1,200 deployed, 2 inconclusive, 1 running",
  );
  assert.equal(outcomesText({}), null);
});

Deno.test("cycleHeadline() has a sentence for every way a cycle ends", () => {
  const { cycles } = makeFixture();
  for (const cycle of cycles) assert.match(cycleHeadline(cycle), /^Cycle \d+ of (churn|spending) .*\.$/);
  const of = (outcome: string | null) => cycleHeadline(cycles.find((c) => c.outcome === outcome)!);
  assert.match(of(null), /is running: training a challenger\.$/);
  assert.match(
    of("failed"),
    /did not finish: The trainer ended three times: out of memory; v\d+ keeps serving\.$/,
  );
});

Deno.test("services() tells when each version served, and which one was taken back", () => {
  const move = (version: number, kind: "deploy" | "roll back", asOf: string) => ({
    model: "churn",
    version,
    previous: null,
    kind,
    share: 1,
    rollout: null,
    key: asOf,
    by: "x",
    why: "",
    asOf,
    at: asOf,
  });
  const newestFirst = [
    move(1, "roll back", "2011-03-01T00:00:00Z"),
    move(2, "deploy", "2011-02-15T00:00:00Z"),
    move(1, "deploy", "2011-02-01T00:00:00Z"),
  ];
  assert.deepEqual(
    services(newestFirst).map((s) => [s.version, s.until?.slice(0, 10) ?? null, s.rolledBack]),
    [
      [1, "2011-02-15", false],
      [2, "2011-03-01", true],
      [1, null, false],
    ],
  );
});

const reason = (
  code: Reason["code"],
  speaks: Reason["speaks"],
  evidence: Reason["evidence"] = {},
): Reason => ({
  code,
  speaks,
  evidence,
  text: `${code} speaks ${speaks}`,
});
const needed = [
  reason("data quality", "neither"),
  reason("new samples", "for"),
  reason("labelled rows", "for"),
];

for (
  const [name, answer, reasons, want] of [
    [
      "what was found broken",
      "fix data first",
      [reason("data quality", "against"), ...needed.slice(1)],
      "data quality",
    ],
    ["the calendar where it alone calls", "retrain", [...needed, reason("routine", "for")], "routine"],
    ["the drift rather than the calendar", "retrain", [
      ...needed,
      reason("routine", "for"),
      reason("drift", "for"),
    ], "drift"],
    [
      "that a person asked",
      "retrain",
      [reason("forced", "for"), ...needed, reason("routine", "for")],
      "forced",
    ],
    ["what is missing", "cannot tell yet", [needed[1], reason("labelled rows", "against")], "labelled rows"],
    ["whose outcomes are waited for", "cannot tell yet", [
      ...needed,
      reason("outcomes", "neither"),
      reason("drift", "neither", { outcomesFrom: null }),
    ], "drift"],
    [
      "how the model does",
      "wait",
      [...needed, reason("outcomes", "neither"), reason("drift", "neither")],
      "outcomes",
    ],
  ] as const
) {
  Deno.test(`mainReason() tells ${name}`, () =>
    assert.equal(mainReason({ answer, reasons: [...reasons] })?.code, want));
}

for (
  const [text, want] of [
    [
      "can have the day or the month first (--time-format dmy or mdy says which)",
      'can have the day or the month first ("Time format" dmy or mdy says which)',
    ],
    ['is ambiguous: --map user=first|"user id"', 'is ambiguous: column "user": first|"user id"'],
    ["--preset shopify reads all of it", '"Export of" shopify reads all of it'],
    ["--explode lines, which the form has not", "--explode lines, which the form has not"],
  ] as const
) {
  Deno.test(`inForm() names fields of the form in "${text}"`, () => assert.equal(inForm(text), want));
}
