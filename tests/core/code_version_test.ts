import assert from "node:assert/strict";
import { readConfig } from "../../src/config/environment.ts";
import { ownSources } from "../../src/start/models.ts";
import { dirname, join } from "node:path/posix";
import { codeVersion, decidingSources } from "../../src/core/code_version.ts";
import { readCode } from "../architecture_read.ts";

Deno.test("decidingSources() has every file that a file of its own imports by value", async () => {
  const sources = await decidingSources();
  const missing = [...sources].flatMap(([file, text]) =>
    readCode(text, file).imports
      .filter(({ specifier, typeOnly }) => !typeOnly && specifier?.startsWith("."))
      .map(({ specifier }) => join(dirname(file), specifier!))
      .filter((target) => !sources.has(target))
  );
  assert.deepEqual(missing, []);
});

for (
  const room of [
    "activities",
    "workflows",
    "src/rollout",
    "src/impact",
    "src/retraining",
    "src/config",
    "src/models",
  ]
) {
  Deno.test(`decidingSources() reaches into ${room}`, async () => {
    const files = [...(await decidingSources()).keys()];
    assert.ok(files.some((file) => file.startsWith(`${room}/`)));
  });
}

Deno.test("decidingSources() has every worker thread's file and every model's", async () => {
  const sources = await decidingSources();
  const threads: string[] = [];
  for (const room of ["src/training", "src/threads"]) {
    for await (const { name } of Deno.readDir(room)) {
      const text = await Deno.readTextFile(`${room}/${name}`);
      threads.push(
        ...[...text.matchAll(/computeThread\(\s*new URL\("\.\/([^"]+)"/g)].map(([, file]) =>
          `${room}/${file}`
        ),
      );
    }
  }
  assert.ok(threads.length >= 2);
  for (const file of [...threads, "src/models/churn.ts", "src/models/spending.ts"]) {
    assert.ok(sources.has(file), file);
  }
});

Deno.test("decidingSources() leaves out what only shows or serves", async () => {
  const files = [...(await decidingSources()).keys()];
  assert.deepEqual(
    files.filter((file) => /^(routes|islands|components|src\/(api|cli|dashboard))\//.test(file)),
    [],
  );
});

Deno.test("codeVersion() is twelve hexadecimal digits, and the same each time", async () => {
  const version = await codeVersion();
  assert.match(version, /^[0-9a-f]{12}$/);
  assert.equal(await codeVersion(), version);
});

Deno.test("codeVersion() of a folder of models is another when a trained file in it is exchanged", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const config = readConfig({ PERENNIAL_MODELS: folder });
    await Deno.writeTextFile(`${folder}/returns.ts`, "export {};\n");
    const versions: string[] = [];
    for (const byte of [0xfe, 0xff]) { // neither is text
      await Deno.writeFile(`${folder}/returns.onnx`, Uint8Array.of(byte));
      versions.push(await codeVersion(await ownSources({ config })));
    }
    assert.notEqual(versions[0], versions[1]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
