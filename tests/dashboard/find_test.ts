import assert from "node:assert/strict";
import { search } from "../../routes/find/(_components)/search.ts";
import { fixtureDashboard, makeFixture } from "./fixture.ts";

const dashboard = fixtureDashboard(makeFixture());
const find = async (text: string) =>
  (await search(dashboard, text)).map(({ kind, name }) => `${kind} ${name}`);

for (
  const [text, first] of [
    ["monitor", "Page Monitoring"],
    ["churn", "Model churn"],
    ["churn v2", "Version churn v2"],
    ["CHURN, cycle 1", "Cycle churn, cycle 1"],
    ["min_validation_rows", "Setting min_validation_rows"],
    ["trouble", "Help Troubleshooting"],
  ]
) {
  Deno.test(`search("${text}") begins with ${first}`, async () => assert.equal((await find(text))[0], first));
}

Deno.test("search() looks into descriptions, and asks for every word", async () => {
  assert.ok((await find("erasure shopper")).includes("Help Privacy"));
  assert.deepEqual(await find("erasure xyzzy"), []);
});

Deno.test("search() of nothing lists the pages, of much at most twenty", async () => {
  assert.ok((await find("  ")).every((one) => one.startsWith("Page ")));
  assert.equal((await find("e")).length, 20);
});
