import assert from "node:assert/strict";
import { h } from "preact";
import { renderToString } from "preact-render-to-string";
import { parseHTML } from "linkedom";
import { Calendars } from "../../components/backtest_tables.tsx";
import { WorthSums } from "../../components/worth_sums.tsx";
import { Forecasts } from "../../routes/analysis/(_components)/forecasts.tsx";
import type { ModelResult } from "../../src/backtest/report.ts";
import type { Impact } from "../../src/impact/impact.ts";
import type { Reason } from "../../src/retraining/check.ts";

/** The rows of a drawn table, cell by cell. */
function rowsOf(html: string): string[][] {
  const { document } = parseHTML(`<html><body>${html}</body></html>`);
  return [...document.querySelectorAll("tbody tr")].map((row) =>
    [...row.children].map((cell) => cell.textContent.replaceAll(/\s+/g, " ").trim())
  );
}

const worth: Reason = {
  code: "worth",
  speaks: "for",
  text: "Training now: worth 41 to 95 over the next 3 windows, costs 12",
  evidence: { gain: 68, low: 41, high: 95, cutoffs: 3, price: 12, advantage: 50, chance: 0.9, turns: 0 },
};
const recalibration: Reason = {
  code: "recalibration",
  speaks: "against",
  text: "Recalibrating now: worth 2 to 6 over the next 3 windows, costs 0.25",
  evidence: { gain: 4, low: 2, high: 6, cutoffs: 3, price: 0.25, advantage: 2.75, windows: 6 },
};
const other: Reason = { code: "age", speaks: "neither", text: "not stale", evidence: { ageDays: 3 } };

Deno.test("WorthSums sets the sums of each action side by side, with what is left of them", () => {
  const rows = rowsOf(renderToString(h(WorthSums, { reasons: [worth, recalibration, other] })));
  assert.deepEqual(rows.map(([name, gain, ends, price, left]) => [name, gain, ends, price, left]), [
    ["Train now", "68.0", "41.0 to 95.0", "12.0", "56.0"],
    ["Recalibrate now", "4.0000", "2.0000 to 6.0000", "0.2500", "3.7500"],
    ["Keep what serves", "0", "0", "0", "0"],
  ]);
});

Deno.test("WorthSums draws nothing of a check that weighed none", () => {
  const none = { ...worth, evidence: { ...worth.evidence, cutoffs: 0 } };
  for (const reasons of [[other], [none], []]) assert.equal(renderToString(h(WorthSums, { reasons })), "");
});

Deno.test("Forecasts sets what was forecast beside what came, newest first", () => {
  const met = (day: number, came: number, isWithin: boolean) => ({
    asOf: `2011-06-${day}T00:00:00.000Z`,
    cutoff: `2011-06-${day}T00:00:00.000Z`,
    made: "4",
    instead: "3",
    mean: 0.1,
    low: 0.05,
    high: 0.15,
    came,
    isWithin,
  });
  const impact = { forecasts: [met(10, 0.12, true), met(24, 0.3, false)], widened: 2.5 } as unknown as Impact;
  const html = renderToString(h(Forecasts, { impact }));
  assert.match(html, /1 of 2 forecasts came true/);
  assert.match(html.replaceAll(/<[^>]*>|\s+/g, " "), /wrong by 2\.5000 times what they allowed for/);
  const rows = rowsOf(html);
  assert.deepEqual(rows.map((row) => row.slice(3)), [
    ["0.1000", "0.0500 to 0.1500", "0.3000", "no"],
    ["0.1000", "0.0500 to 0.1500", "0.1200", "yes"],
  ]);
  assert.equal(renderToString(h(Forecasts, { impact: { ...impact, forecasts: [] } })), "");
});

Deno.test("Calendars says of each of Perennial's policies whether a calendar would have cost the same", () => {
  const text = "On your history a calendar of 28 days would have cost the same (worth)";
  const calendar = [{ policy: "worth", calendar: "calendar=28d", days: 28, text }];
  const result = { calendar } as unknown as ModelResult;
  assert.equal(renderToString(h(Calendars, { result })), `<p>${text}.</p>`);
});
