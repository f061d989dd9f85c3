import assert from "node:assert/strict";
import { readPage, readSources } from "./sources.ts";

/** The words that the glossary explains, in its order. */
const termsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^\| ([a-z][a-z -]*?) +\| .+ \|$/gm)].map(([, term]) => term);

/** A code text whose names are apart in words: `cutOffs` as `cut_Offs`. */
const inWords = (code: string): string => code.replace(/([a-z])([A-Z])/g, "$1_$2");

/** Whether a text in words says a term: in a sentence or in a name, in the plural too. */
const says = (text: string, term: string): boolean =>
  new RegExp(`(?<![a-z])${term.replace(/[ -]/g, "[ _-]?")}(e?s)?(?![a-z])`, "i").test(text);

Deno.test("every term of the glossary occurs in the code", async () => {
  const terms = termsOf(await readPage("docs/glossary.md"));
  assert.ok(terms.length >= 40, `found ${terms.length} terms`);
  const text = inWords([...(await readSources()).values()].join("\n"));
  assert.deepEqual(terms.filter((term) => !says(text, term)), []);
});

Deno.test("the glossary is in alphabetical order, each term once", async () => {
  const terms = termsOf(await readPage("docs/glossary.md"));
  assert.deepEqual(terms, [...new Set(terms)].sort());
});

Deno.test("says() finds a term in sentences and names, and not inside another word", () => {
  const text = inWords("/** As of a moment. */ const cutOffs = 1; false_alarm_days; warm();");
  const terms = ["as of", "cut-off", "false-alarm", "arm", "champion"];
  assert.deepEqual(terms.filter((term) => says(text, term)), ["as of", "cut-off", "false-alarm"]);
});
