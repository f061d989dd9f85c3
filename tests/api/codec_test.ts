import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { sha256 } from "../../src/core/hash.ts";
import { insertKey } from "../../src/db/access/api_keys.ts";
import type { Role } from "../../src/security/roles.ts";
import { openPayloadKeys } from "../../src/security/payload_keys.ts";
import { codecServer } from "../../src/temporal/payload_codec.ts";
import { HERE, signIn, withBrowser } from "./browser_support.ts";
import { type Served, withApp } from "./support.ts";

const keys = (await openPayloadKeys({ current: btoa("k".repeat(32)) }))!;
const codec = codecServer(keys);
const other = (await openPayloadKeys({ current: btoa("o".repeat(32)) }))!;
const base64 = (text: string) => Buffer.from(text).toString("base64");
const PLAIN = { metadata: { encoding: base64("json/plain") }, data: base64('"why: it rained"') };
const UI = "http://temporal.example:8233";

interface Answer {
  payloads: { metadata: Record<string, string>; data: string }[];
}
const coded = async ({ call }: Served, way: "encode" | "decode", payloads: unknown[]) =>
  await call("POST", `/temporal/codec/${way}`, { payloads });

Deno.test("the codec encrypts payloads and gives them back, and one in clear comes back as it is", () =>
  withApp(async (served) => {
    const { payloads } = await (await coded(served, "encode", [PLAIN])).json() as Answer;
    assert.equal(Buffer.from(payloads[0].metadata.encoding, "base64").toString(), "binary/encrypted");
    assert.doesNotMatch(Buffer.from(payloads[0].data, "base64").toString("latin1"), /rained/);
    const answer = await coded(served, "decode", [...payloads, PLAIN]);
    assert.deepEqual(await answer.json(), { payloads: [PLAIN, PLAIN] });
  }, { codec }));

Deno.test("the codec refuses what was changed or belongs to another key, and names the field", () =>
  withApp(async (served) => {
    const { payloads: [sealed] } = await (await coded(served, "encode", [PLAIN])).json() as Answer;
    const foreignBytes = Buffer.from(await other.encrypt(new Uint8Array([1])));
    const foreignId = base64(other.keyId!);
    for (
      const wrong of [
        { ...sealed, data: base64("changed") },
        { metadata: sealed.metadata },
        { metadata: { encoding: sealed.metadata.encoding }, data: sealed.data },
        {
          metadata: { ...sealed.metadata, "encryption-key-id": foreignId },
          data: foreignBytes.toString("base64"),
        },
        { ...sealed, data: "no base64" },
      ]
    ) {
      const answer = await coded(served, "decode", [wrong]);
      assert.equal(answer.status, 422, JSON.stringify(wrong));
      assert.match((await answer.json()).field, /^payloads/);
    }
  }, { codec }));

Deno.test("without a key the codec changes nothing", () =>
  withApp(async (served) => {
    for (const way of ["encode", "decode"] as const) {
      assert.deepEqual(await (await coded(served, way, [PLAIN])).json(), { payloads: [PLAIN] });
    }
  }));

Deno.test("only the origin of Temporal's own pages may ask the codec from a browser", () =>
  withApp(async ({ app }) => {
    const preflight = async (origin: string) =>
      (await app.request("/temporal/codec/decode", {
        method: "OPTIONS",
        headers: { origin, "access-control-request-method": "POST" },
      })).headers;
    assert.equal((await preflight(UI)).get("access-control-allow-origin"), UI);
    assert.equal((await preflight(UI)).get("access-control-allow-credentials"), "true");
    for (const origin of ["http://evil.example", "null", `${UI}.evil.example`, "http://temporal.example"]) {
      assert.equal((await preflight(origin)).get("access-control-allow-origin"), null, origin);
    }
    const allowed = (await preflight(UI)).get("access-control-allow-headers") ?? "";
    for (const header of ["content-type", "x-namespace", "authorization", "authorization-extras"]) {
      assert.ok(allowed.split(",").includes(header), `${header}: ${allowed}`); // what Temporal's pages send along
    }
    const elsewhere = await app.request("/audit", { method: "OPTIONS", headers: { origin: UI } });
    assert.equal(elsewhere.headers.get("access-control-allow-origin"), null);
    const refused = await app.request("/temporal/codec/decode", { method: "POST", headers: { origin: UI } });
    assert.deepEqual([refused.status, refused.headers.get("access-control-allow-origin")], [401, UI]);
  }, { codec, temporalUi: `${UI}/namespaces` }));

/** A key of this role. */
async function keyOf({ sql }: Served, role: Role): Promise<string> {
  const key = `pk_the-key-of-one-${role}`;
  await insertKey(sql, { name: `one ${role}`, role, sha256: sha256(key), by: null });
  return key;
}

Deno.test("Temporal's pages read in the name of who has signed in, from our origin or theirs; viewers write nothing", () =>
  withBrowser(
    async (served) => {
      const { browser } = served;
      const send = async (way: string, headers: Record<string, string>) =>
        (await browser.open(`/temporal/codec/${way}`, {
          method: "POST",
          headers: { accept: "*/*", "content-type": "application/json", ...headers },
          body: JSON.stringify({ payloads: [PLAIN] }),
        })).status;
      const own = { origin: HERE, "sec-fetch-site": "same-origin" };
      assert.equal(await send("decode", own), 401, "nobody has signed in");
      await signIn(browser, await keyOf(served, "viewer"));
      assert.equal(await send("decode", own), 200);
      assert.equal(await send("encode", own), 403);
      assert.equal(await send("decode", { origin: UI, "sec-fetch-site": "same-site" }), 200);
      assert.equal(await send("decode", { origin: UI, "sec-fetch-site": "cross-site" }), 403);
      assert.equal(await send("decode", { origin: "http://evil.example" }), 403);
      assert.equal(await send("decode", {}), 403, "no origin");
      assert.equal(await send("decode", { ...own, host: "evil.example:8000" }), 421);
      browser.cookie = "";
      await signIn(browser, await keyOf(served, "admin"));
      assert.equal(await send("encode", own), 200);
      const rows = await served.sql`select from audit where target = 'POST /temporal/codec/decode'`;
      assert.ok(rows.count > 0, "that it was read stands in the audit");
    },
    { codec, temporalUi: UI },
  ));
