/** The Python client: as the API's document is now, and as a program of Python's uses it. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { apiDocument, MODULE, pythonClient } from "../../pack/python.ts";
import { ACCESS } from "../../src/api/access.ts";
import { addEndedCycle, byteAnswer, KEY, pseudonym } from "../api/support.ts";
import { type ServedCli, withServed } from "../cli/support.ts";

const PYTHON = fileURLToPath(new URL("../../python/", import.meta.url));

/** Runs a program of Python's that knows the client. */
async function python(args: string[], { url }: Pick<ServedCli, "url">, key?: string) {
  const env = {
    PYTHONPATH: PYTHON,
    PERENNIAL_URL: url,
    ...key === undefined ? {} : { PERENNIAL_API_KEY: key },
  };
  const { code, stdout, stderr } = await new Deno.Command("python3", { args, cwd: PYTHON, env }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}

Deno.test("python/perennial/__init__.py is what the API's document says: else run `deno task python`", async () => {
  assert.equal(await Deno.readTextFile(MODULE), await pythonClient(apiDocument()));
});

Deno.test("the Python client has a method for every route of which a program has a use", async () => {
  const text = await Deno.readTextFile(MODULE);
  const missing = Object.keys(ACCESS).filter((route) => !text.includes(`  ${route}"""`));
  assert.deepEqual(missing.sort(), [
    "GET /healthz",
    "GET /metrics",
    "GET /models/{name}/versions/{version}/artefact",
    "GET /models/{name}/versions/{version}/card",
    "GET /openapi.json",
    "GET /retraining/history/schema",
    "POST /temporal/codec/decode",
    "POST /temporal/codec/encode",
  ]);
});

Deno.test("the example in Python tells the models, asks about shoppers and runs a cycle", () =>
  withServed(async (served) => {
    await addEndedCycle(served.sql, { number: 1 });
    const { code, out, err } = await python(["example.py", "churn", "17", "18"], served, KEY);
    assert.deepEqual([code, err], [0, ""]);
    const [churn, spending, first, second, asked] = out.trim().split("\n");
    assert.match(churn, /^churn: /);
    assert.match(spending, /^spending: /);
    const line = (user: string) => `${user}: ${byteAnswer(pseudonym(user)).toFixed(4)} by version 4`;
    assert.deepEqual([first, second, asked], [line("17"), line("18"), "asked for: churn"]);
    assert.deepEqual(served.control.told.map(([action, model]) => [action, model]), [["force", "churn"]]);
  }));

Deno.test("the Python client raises what the service said, and says where nobody answers", () =>
  withServed(async (served) => {
    const refused = await python(["example.py", "churn", "17"], served);
    assert.equal(refused.code, 1);
    assert.match(refused.out, /^refused \(401\): .+$/m);
    const gone = await python(["example.py", "churn"], { url: "http://127.0.0.1:9" });
    assert.match(gone.err, /UnreachableError: Cannot reach Perennial at http:\/\/127\.0\.0\.1:9/);
  }));

Deno.test("the Python client quotes parts of a path, leaves out what was not given, and sends a key once", () =>
  withServed(async (served) => {
    const id = await addEndedCycle(served.sql, { number: 1 });
    const program = `
import os
from perennial import Perennial, PerennialError
p = Perennial(os.environ["PERENNIAL_URL"], os.environ["PERENNIAL_API_KEY"])
print(p.cycle(${JSON.stringify(id)})["number"], p.alerts(open="false", limit=5)["alerts"])
one = p.force(model="churn", idempotency_key="k")
print(one == p.force(model="churn", idempotency_key="k"))
try:
    p.update_config(confidence=7)
except PerennialError as error:
    print(error.status, error.problem["field"])
`;
    const { out, err } = await python(["-c", program], served, KEY);
    assert.deepEqual([out.trim().split("\n"), err], [["1 []", "True", "422 confidence"], ""]);
    assert.equal(served.control.told.length, 1);
  }));
