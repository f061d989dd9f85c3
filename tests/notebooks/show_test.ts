import assert from "node:assert/strict";
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { answer, chart, type Shown, table } from "../../src/notebook/show.ts";
import { colour } from "../../src/notebook/look.ts";

const bundleOf = (shown: Shown) => shown[Symbol.for("Jupyter.display") as keyof Shown]();

Deno.test("chart() is a picture by itself: a size, a ground, its words, colours by name, no style of Plot's", () => {
  const marks = [Plot.lineY([1, 3, 2], { stroke: colour.line })];
  const bundle = bundleOf(chart({ title: "It grew, a < b & c", measure: "orders a day, n = 3", marks }));
  const { document } = parseHTML(bundle["image/svg+xml"]);
  const svg = document.querySelector("svg")!;
  assert.ok(Number(svg.getAttribute("width")) > 0 && Number(svg.getAttribute("height")) > 0);
  assert.equal(svg.querySelector("title")!.textContent, "It grew, a < b & c. orders a day, n = 3");
  assert.equal(svg.querySelectorAll("style").length, 1);
  assert.match(bundle["image/svg+xml"], /stroke="var\(--nb-line, #[0-9a-f]{6}\)"/);
  assert.equal(bundle["text/plain"], "It grew, a < b & c\norders a day, n = 3");
});

Deno.test("chart() breaks a long finding into lines, none of which is wider than the card", () => {
  const title = "Nothing of this fits into one line, for it goes on and on, and ".repeat(3).trim();
  const svg = bundleOf(chart({ title, measure: "m", marks: [Plot.lineY([1, 2])] }))["image/svg+xml"];
  const { document } = parseHTML(svg);
  const lines = [...document.querySelectorAll('text[font-size="15"]')].map(({ textContent }) => textContent!);
  assert.equal(lines.join(" "), title);
  assert.ok(lines.length > 1 && lines.every((line) => line.length <= 80));
});

Deno.test("every colour is legible on the card, in light and in dark: 3:1 for marks, 4.5:1 for words", () => {
  const style = /<style>(.*)<\/style>/.exec(
    bundleOf(chart({ title: "t", measure: "m", marks: [Plot.lineY([1, 2])] }))["image/svg+xml"],
  )![1];
  const looks = [...style.matchAll(/\.nb-chart\{(--nb[^}]*)\}/g)].map(([, values]) =>
    Object.fromEntries(values.split(";").map((pair) => pair.split(":") as [string, string]))
  );
  assert.equal(looks.length, 2);
  for (const look of looks) {
    const ratio = (name: string) => contrast(look[`--nb-${name}`], look["--nb-card"]);
    for (const words of ["ink", "muted"]) assert.ok(ratio(words) >= 4.5, words);
    for (const mark of ["line", "faint", "good", "bad", "blue", "amber", "violet", "rose", "axis"]) {
      assert.ok(ratio(mark) >= 3, `${mark}: ${ratio(mark)}`);
    }
  }
});

function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** Relative luminance of WCAG 2.2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

Deno.test("table() writes what it holds as text, folds a long one, and shows what is not known as a dash", () => {
  const short = bundleOf(table(["name", "n"], [["<b>", 1], ["none", null]], { caption: "Two" }));
  assert.match(short["text/html"], /<td align="left">&lt;b&gt;<\/td><td align="right">1<\/td>/);
  assert.doesNotMatch(short["text/html"], /<details>/);
  assert.equal(short["text/plain"], "Two\nname | n\n<b> | 1\nnone | –");
  const long = bundleOf(table(["n"], Array.from({ length: 40 }, (_, i) => [i])));
  assert.match(long["text/html"], /^<details><summary>The numbers: 40 rows<\/summary>/);
});

Deno.test("answer() leaves out what does not hold, and no figure becomes markup", () => {
  const bundle = bundleOf(answer("a_b * c", false, null, "and 3"));
  assert.equal(bundle["text/plain"], "Answer. a_b * c\n\nand 3");
  assert.equal(bundle["text/markdown"], "**Answer.** a\\_b \\* c\n\nand 3");
});
