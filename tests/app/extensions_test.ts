import assert from "node:assert/strict";
import { join } from "node:path";
import { defineChannel, defineCheck, loadExtensions } from "../../src/app/extensions.ts";
import { withServed } from "../cli/support.ts";

const channel = (name: string, more = "") =>
  `export default { name: "${name}", sends: "rings a bell", send: async () => {}, ${more} };`;

Deno.test("loadExtensions() names what it cannot use, leaves it out, and takes the rest", async () => {
  const folder = await Deno.makeTempDir();
  const files = {
    "a_broken.ts": "throw new Error('no bell');",
    "b_nothing.ts": "export const x = 1;",
    "c_name.ts": channel("The Bell"),
    "d_taken.ts": channel("log"),
    "e_silent.ts": channel("silent").replace('"rings a bell"', '""'),
    "f_deaf.ts": channel("deaf", "send: 1"),
    "g_good.ts": channel("bell"),
    "notes.md": "# ours",
  };
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(folder, name), text);
    const { channels, extensions } = await loadExtensions(folder, ["log"]);
    assert.deepEqual(channels.map(({ name }) => name), ["bell"]);
    assert.deepEqual(extensions.map(({ file, fault }) => [file, fault]), [
      ["a_broken.ts", "no bell"],
      ["b_nothing.ts", NONE],
      ["c_name.ts", extensions[2].fault],
      ["d_taken.ts", 'another channel has the name "log"'],
      ["e_silent.ts", "Cannot use the alert channel: sends: has to say it in words"],
      ["f_deaf.ts", NONE],
      ["g_good.ts", null],
    ]);
    assert.match(extensions[2].fault!, /^Cannot use the alert channel: name: /);
    assert.match(extensions.at(-1)!.may, /names no shopper; rings a bell$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const NONE =
  "its default export has none of the functions send (alert channel), look (quality check), compare " +
  "(drift distance), create and restore (stream detector), begin and decide (rollout strategy), decide (policy)";

Deno.test("defineChannel() refuses what cannot be used, and says why", () => {
  const send = () => Promise.resolve();
  assert.throws(() => defineChannel({ name: "A b", sends: "x", send }), /the alert channel: name: /);
  assert.throws(() => defineChannel({ name: "bell", sends: "", send }), /sends: has to say it in words/);
  assert.throws(
    () => defineCheck({ name: "odd", means: " ", look: () => [] }),
    /quality check: means: has to say/,
  );
});

Deno.test("perennial extensions says how to add some where there are none", () =>
  withServed(async ({ run }) => {
    assert.match(
      (await run(["extensions"])).out,
      /No extensions: set PERENNIAL_MODELS or PERENNIAL_EXTENSIONS/,
    );
    assert.deepEqual(JSON.parse((await run(["extensions", "--json"])).out), []);
  }));
