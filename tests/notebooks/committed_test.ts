/** The notebooks as they are committed: each asks, shows, answers, and tells nothing of the machine. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { NOTEBOOKS } from "../../src/notebook/jupyter.ts";
import { writeCode } from "./code.ts";
import { codeOf, committed, names, outputsOf, shownText, textOf } from "./support.ts";

const ROOT = dirname(dirname(fileURLToPath(new URL(".", import.meta.url))));
const BYTES_MAX = 500_000;

Deno.test("the notebooks are there", () => {
  assert.deepEqual(names.map((name) => name.slice(0, 2)), ["01", "02", "03", "04", "05"]);
});

for (const name of names) {
  Deno.test(`${name} asks its question in the first cell and answers it in the last`, async () => {
    const { cells } = await committed(name);
    assert.match(textOf(cells[0].source).trim(), /\?\**$/);
    const last = cells.at(-1)!;
    assert.equal(last.cell_type, "code");
    assert.match(textOf(last.source), /show\(\s*answer\(/);
    assert.match(shownText(last), /^Answer\. .*\d/);
  });

  Deno.test(`${name} is committed with its outputs, charts among them, and without an error`, async () => {
    const notebook = await committed(name);
    for (const cell of codeOf(notebook).filter(({ source }) => /\bshow\(/.test(textOf(source)))) {
      assert.ok((cell.outputs ?? []).length > 0, textOf(cell.source));
    }
    const outputs = outputsOf(notebook);
    assert.deepEqual(outputs.filter(({ output_type }) => output_type !== "display_data"), []);
    assert.ok(outputs.filter(({ data }) => data?.["image/svg+xml"]).length >= 3);
  });

  Deno.test(`${name} tells nothing of the machine it ran on, and is not large`, async () => {
    const text = await Deno.readTextFile(join(NOTEBOOKS, name));
    assert.ok(text.length < BYTES_MAX, `${text.length} bytes`);
    const home = Deno.env.get("HOME");
    assert.doesNotMatch(text, /(file:\/\/|["' ])\/(home|root|Users|tmp|work|var|mnt)\/|postgres:\/\//);
    assert.ok(!home || home === "/" || !text.includes(`${home}/`));
    const { metadata } = await committed(name);
    assert.deepEqual(metadata.kernelspec, { display_name: "Deno", language: "typescript", name: "deno" });
  });

  Deno.test(`${name}: each chart has a ground of its own, in light and in dark`, async () => {
    for (const { data } of outputsOf(await committed(name))) {
      if (!data?.["image/svg+xml"]) continue;
      const svg = textOf(data["image/svg+xml"] as string[]);
      assert.match(svg, /prefers-color-scheme:\s*dark/);
      assert.match(svg, /<rect [^>]*fill="var\(--nb-card, #ffffff\)"/);
      assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    }
  });
}

// its types are checked with everything else's, by tests/run.ts

// deno fmt --check of 2.9.6 complains of every .ipynb, formatted or not, so they are excluded there
Deno.test("the notebooks' code is formatted", async () => {
  const folder = await Deno.makeTempDir({ prefix: "perennial-notebooks-" });
  try {
    await writeCode(folder, { as: "written" });
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--check", "--quiet", "--config", join(ROOT, "deno.json"), folder],
      env: { NO_COLOR: "1" },
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
