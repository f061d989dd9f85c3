import assert from "node:assert/strict";
import { stateWord } from "../../src/format/state_words.ts";
import { BANNED } from "./banned.ts";
import { sources, textsOf } from "./texts.ts";

/** Where texts for people stand. Keys and values of data, which keep their names, are one word or in quotes there. */
const FACES = [
  "routes",
  "components",
  "islands",
  "src/cli",
  "src/api",
  "src/dashboard",
  "src/doctor",
  "src/alerts",
  "src/rollout",
  "src/validation",
  "src/config",
  "src/app/reports",
  "src/performance",
];

/** Values of the API and the database, which texts for people translate. */
const VALUES = new Set(["cannot tell yet", "cannot tell", "keep collecting", "in force"]);

for (const folder of FACES) {
  Deno.test(`no text of ${folder} says a banned phrase`, async () => {
    const found: string[] = [];
    for await (const path of sources(folder)) {
      for (const { text } of textsOf(path, await Deno.readTextFile(path))) {
        if (VALUES.has(text)) continue;
        const hit = BANNED.find(({ phrase }) => phrase.test(text));
        if (hit) found.push(`${path}: "${text}" says ${hit.phrase}; better: ${hit.better}`);
      }
    }
    assert.deepEqual(found, []);
  });
}

Deno.test("textsOf() reads strings, templates and text between tags, and no comments, imports or types", () => {
  const source = `
    import { a } from "./put aside.ts";
    // put aside
    type Kind = "put aside";
    const one = "was put aside";
    const two = <p title={\`\${one} in force\`}>Nobody looked</p>;`;
  assert.deepEqual(textsOf("a.tsx", source).map(({ text }) => text), [
    "was put aside",
    "in force",
    "Nobody looked",
  ]);
});

Deno.test("every banned phrase is found in a text that says it, and in no word for a state", () => {
  assert.ok(BANNED.some(({ phrase }) => phrase.test("3 events put aside")));
  assert.ok(BANNED.some(({ phrase }) => phrase.test("Cannot tell yet")));
  for (
    const state of [
      "slipped",
      "cannot tell yet",
      "wait",
      "fell",
      "holds",
      "keep collecting",
      "retired",
      "sound",
    ]
  ) {
    assert.equal(BANNED.find(({ phrase }) => phrase.test(stateWord(state))), undefined, state);
  }
});
