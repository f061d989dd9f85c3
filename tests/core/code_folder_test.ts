import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadCode } from "../../src/core/code_folder.ts";

Deno.test("loadCode() names a file that never loads, leaves it out, and takes the rest", async () => {
  const folder = await Deno.makeTempDir();
  const files = {
    "a_waits.ts": "await new Promise((done) => setTimeout(done, 2000)); export default 1;",
    "b_good.ts": "export default 2;",
    "c_throws.js": "throw new TypeError('no such shop');",
    "d_typo.mjs": "export defaut 4;",
  };
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(folder, name), text);
    const accept = (value: unknown) => value;
    const found = await loadCode(folder, { what: "numbers", accept, withinMs: 500 });
    assert.deepEqual(found.map(({ file, value }) => [file, value]), [
      ["a_waits.ts", undefined],
      ["b_good.ts", 2],
      ["c_throws.js", undefined],
      ["d_typo.mjs", undefined],
    ]);
    const faults = found.map(({ fault }) => fault ?? "");
    assert.equal(faults[0], "it has not loaded within 0.5 s: what does it wait for?");
    assert.equal(faults[2], "no such shop");
    assert.match(faults[3], /default|parse|expected/i);
    await import(pathToFileURL(join(folder, "a_waits.ts")).href); // ends with the test
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
