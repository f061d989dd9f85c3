/** A trained model is brought to a running installation: over the API, on a real Postgres and a real folder. */
import assert from "node:assert/strict";
import { listAudit } from "../../src/db/access/audit.ts";
import { keptArtefacts } from "../../src/db/backup.ts";
import { namedArtefacts } from "../../src/db/models/artefact_orphans.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import golden from "../golden/onnx.json" with { type: "json" };
import { type Served, withApp } from "./support.ts";

const file = golden.cases.find(({ name }) => name === "logistic")!.file;
const inputs = ["recency", "orders_90", "tenure"].map((feature) => ({ feature }));
const asked = { candidate: "outside", file, inputs, trainedUntil: "2011-01-31", why: "of the data team" };

async function withFolder(test: (served: Served, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  await withApp((served) => test(served, folder), { artefacts: fileArtefacts(folder) })
    .finally(() => Deno.remove(folder, { recursive: true }));
}

Deno.test("POST brought keeps the file, lists it, and stands in the audit once; DELETE takes it away", () =>
  withFolder(async ({ call, sql }, folder) => {
    const headers = { "Idempotency-Key": "k" };
    const made = await call("POST", "/models/churn/brought", asked, headers);
    assert.equal(made.status, 201);
    const brought = await made.json();
    assert.deepEqual([brought.name, brought.by, brought.challengedBy], ["outside", "owner", null]);
    assert.deepEqual(await (await call("POST", "/models/churn/brought", asked, headers)).json(), brought);
    assert.equal((await call("POST", "/models/churn/brought", asked)).status, 409);
    assert.equal((await fileArtefacts(folder).get(brought.fileSha256)).length, atob(file).length);
    assert.ok((await namedArtefacts(sql)).has(brought.fileSha256), "the sweep leaves it");
    assert.deepEqual(await keptArtefacts(sql), [brought.fileSha256], "a backup takes it along");
    const list = await (await call("GET", "/models/churn/brought")).json();
    assert.deepEqual(list, { model: "churn", brought: [brought] });
    assert.deepEqual((await (await call("GET", "/models/spending/brought")).json()).brought, []);

    assert.equal((await call("DELETE", "/models/churn/brought/outside")).status, 200);
    assert.equal((await call("DELETE", "/models/churn/brought/outside")).status, 404);
    const rows = await listAudit(sql);
    assert.deepEqual(rows.map((r) => [r.who, r.action, r.target, r.why]), [
      ["owner", "withdraw", "churn", ""],
      ["owner", "bring", "churn", "of the data team"],
    ]);
  }));

for (
  const [what, changed, status, message] of [
    ["a file that is none", { file: btoa("no file") }, 422, /"outside": Cannot read the ONNX file/],
    ["an unknown feature", { inputs: [{ feature: "shoe_size" }] }, 422, /"shoe_size", which is no feature/],
    ["another number of inputs", { inputs: inputs.slice(1) }, 422, /"outside": The ONNX file/],
    ["the name of a candidate", { candidate: "linear" }, 409, /has a candidate of this name/],
    ["no day", { trainedUntil: "2011-13-01" }, 422, /trainedUntil/],
    ["a name with a slash", { candidate: "../x" }, 422, /candidate/],
  ] as const
) {
  Deno.test(`POST brought refuses ${what}, and keeps nothing`, () =>
    withFolder(async ({ call, sql }) => {
      const refused = await call("POST", "/models/churn/brought", { ...asked, ...changed });
      const text = await refused.text();
      assert.equal(refused.status, status, text);
      assert.match(JSON.parse(text).detail, message);
      assert.deepEqual([await keptArtefacts(sql), await listAudit(sql)], [[], []]);
    }));
}

Deno.test("no more than eight models are brought to one", () =>
  withFolder(async ({ call }) => {
    const bring = (i: number) =>
      call("POST", "/models/churn/brought", { ...asked, candidate: `outside-${i}` });
    for (let i = 0; i < 8; i++) assert.equal((await bring(i)).status, 201);
    const refused = await bring(8);
    assert.equal(refused.status, 409);
    assert.match((await refused.json()).detail, /it has 8 already; withdraw one first/);
  }));
