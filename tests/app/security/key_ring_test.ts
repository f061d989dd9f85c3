import assert from "node:assert/strict";
import { createKeyRing } from "../../../src/app/security/key_ring.ts";
import type { Sql } from "../../../src/db/connect.ts";

/** A ring over a table of keys that can change, and be away. */
function ringOf(keys: Map<string, string>) {
  const state = { nowMs: 0, away: false, asked: 0 };
  const ring = createKeyRing(null as unknown as Sql, () => state.nowMs, (_sql, key) => {
    state.asked++;
    const name = keys.get(key);
    const holder = name === undefined ? null : { id: name, name, role: "admin" as const, scopes: null };
    return state.away ? Promise.reject(new Error("away")) : Promise.resolve(holder);
  });
  return { state, ring, nameOf: async (key: string) => (await ring.holderOf(key))?.name ?? null };
}

Deno.test("createKeyRing() asks once a second for a valid key, and lets a revoked one in no longer", async () => {
  const keys = new Map([["k", "owner"]]);
  const { state, nameOf } = ringOf(keys);
  assert.deepEqual([await nameOf("k"), await nameOf("k"), state.asked], ["owner", "owner", 1]);
  keys.delete("k");
  state.nowMs = 999;
  assert.equal(await nameOf("k"), "owner");
  state.nowMs = 1_000;
  assert.equal(await nameOf("k"), null);
  assert.equal(await nameOf("k"), null);
});

Deno.test("createKeyRing() looks up a key that is not known each time: it may have been made just now", async () => {
  const keys = new Map<string, string>();
  const { nameOf } = ringOf(keys);
  assert.equal(await nameOf("k"), null);
  keys.set("k", "owner");
  assert.equal(await nameOf("k"), "owner");
});

Deno.test("createKeyRing() takes the database's last word for ten minutes while it does not answer", async () => {
  const { state, nameOf } = ringOf(new Map([["k", "owner"]]));
  await nameOf("k");
  state.away = true;
  for (state.nowMs = 1_000; state.nowMs <= 10 * 60_000; state.nowMs += 60_000) {
    assert.equal(await nameOf("k"), "owner");
  }
  await assert.rejects(async () => await nameOf("k"), /away/);
  await assert.rejects(async () => await nameOf("another"), /away/);
});

Deno.test("createKeyRing() lets a key in no more once it is forgotten, also who was being looked up meanwhile", async () => {
  const keys = new Map([["k", "ana"], ["o", "owner"]]);
  const { state, ring, nameOf } = ringOf(keys);
  await nameOf("o");
  const underWay = nameOf("k");
  keys.delete("k");
  ring.forget("ana");
  assert.deepEqual([await underWay, await nameOf("k")], [null, null]);
  const asked = state.asked;
  assert.deepEqual([await nameOf("o"), state.asked], ["owner", asked]);
});
