/** The package's library beside the one of the checkout. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { startRetrainingService as startProcess } from "../../pack/service.ts";
import { startRetrainingService } from "../../src/mod.ts";

/** What a module gives away, types included, and what it passes on whole. */
async function exported(path: string): Promise<Set<string>> {
  const at = new URL(path, new URL("../../", import.meta.url));
  const source = await Deno.readTextFile(fileURLToPath(at));
  const whole = await Promise.all(
    [...source.matchAll(/^export \* from "([^"]+)"/gm)].map(([, from]) => exported(new URL(from, at).href)),
  );
  const lists = [...source.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list]) =>
    list.split(",")
  );
  const own = [...source.matchAll(/^export (?:async )?(?:function|interface|const|class) (\w+)/gm)];
  const names = [...lists.map((name) => name.trim().replace(/^type /, "")), ...own.map(([, name]) => name)];
  return new Set([...names.filter((name) => name !== ""), ...whole.flatMap((of) => [...of])]);
}

/** What a service in the program itself needs, and one in a process of its own does not. */
const IN_PROGRAM = [
  "Channel",
  "Cycle",
  "HistoryEntry",
  "ModelStatus",
  "Predictions",
  "RetrainingConfig",
  "Status",
];

Deno.test("files of a shop's own take from the package whatever they take in a checkout", async () => {
  const [ours, packed] = [await exported("src/mod.ts"), await exported("pack/mod.ts")];
  assert.ok(ours.has("defineModel") && ours.has("OwnFeature") && ours.has("startRetrainingService"));
  assert.deepEqual([...ours].filter((name) => !packed.has(name)).sort(), IN_PROGRAM);
});

for (
  const [what, options, error] of [
    ["a slip", { home: "state", prot: 8123 }, /there is no option "prot"; did you mean ports?\?$/],
    ["no options", null, /need an object of options, not null$/],
    ["text", "state", /need an object of options, not state$/],
  ] as const
) {
  Deno.test(`startRetrainingService() refuses ${what}, in the program and in a process`, async () => {
    await assert.rejects(startRetrainingService(options as never), error);
    await assert.rejects(startProcess(options as never), error);
  });
}

Deno.test("startRetrainingService() of the package asks for folders", async () => {
  await assert.rejects(startProcess({} as never), /"home" has to be a folder, not undefined$/);
  await assert.rejects(
    startProcess({ home: "state", models: {} } as never),
    /"models" has to be a folder, not \{\}$/,
  );
});
