import assert from "node:assert/strict";
import { factReader, type FileFacts, startedBy } from "./fast_choice.ts";

/** Facts of made-up files; packages have none. */
const factsOf = (files: Record<string, Partial<FileFacts>>) => (file: string): Promise<FileFacts> =>
  Promise.resolve({ imports: [], uses: [], ...files[file] });

for (
  const [title, files, expected] of [
    ["nothing", { "a_test.ts": { imports: ["b.ts", "node:path"] }, "b.ts": {} }, null],
    ["a database behind two imports", {
      "a_test.ts": { imports: ["b.ts"] },
      "b.ts": { imports: ["c.ts"] },
      "c.ts": { imports: ["postgres"] },
    }, "postgres"],
    ["a part of a package", { "a_test.ts": { imports: ["postgres/types"] } }, "postgres"],
    ["no package whose name begins alike", { "a_test.ts": { imports: ["postgres-date"] } }, null],
    ["a program that a helper runs", {
      "a_test.ts": { imports: ["b.ts"] },
      "b.ts": { uses: ["Deno.Command"] },
    }, "Deno.Command in b.ts"],
    ["files that import each other", {
      "a_test.ts": { imports: ["b.ts"] },
      "b.ts": { imports: ["a_test.ts"] },
    }, null],
  ] as const
) {
  Deno.test(`startedBy() finds ${title}`, async () =>
    assert.equal(await startedBy("a_test.ts", factsOf(files)), expected));
}

Deno.test("a test on the database is not fast, one that simulates neither; one of statistics is", async () => {
  const facts = factReader();
  assert.notEqual(await startedBy("tests/db/events_test.ts", facts), null);
  assert.equal(await startedBy("tests/stats/paired_test.ts", facts), null);
  assert.match(await startedBy("tests/drift/power_test.ts", facts) ?? "", /Simulates/);
});
