import assert from "node:assert/strict";
import { connect } from "../../src/db/connect.ts";
import { InvalidInputError } from "../../src/core/errors.ts";
import { checkPayloadKeys } from "../../src/app/payload_key_ids.ts";
import { openPayloadKeys, PayloadKeyError } from "../../src/security/payload_keys.ts";
import { migratedDatabase } from "../support/migrated_database.ts";

const [FIRST, SECOND] = [1, 2].map((byte) => btoa(String.fromCharCode(...new Array(32).fill(byte))));
const opened = async (keys: { current?: string; older?: string[] }) => (await openPayloadKeys(keys))!;
const PLAIN = new TextEncoder().encode("why: it rained");

Deno.test("encrypt() hides what decrypt() gives back, and never says the same thing twice", async () => {
  const keys = await opened({ current: FIRST });
  const [once, twice] = [await keys.encrypt(PLAIN), await keys.encrypt(PLAIN)];
  assert.deepEqual(await keys.decrypt(keys.keyId!, once), PLAIN);
  assert.notDeepEqual(once, twice);
  assert.ok(!new TextDecoder("latin1").decode(once).includes("rained"));
});

Deno.test("decrypt() takes what an older key encrypted, and refuses a key that it does not know by its id", async () => {
  const before = await opened({ current: FIRST });
  const after = await opened({ current: SECOND, older: [FIRST] });
  const sealed = await before.encrypt(PLAIN);
  assert.deepEqual(await after.decrypt(before.keyId!, sealed), PLAIN);
  assert.notEqual(before.keyId, after.keyId);
  const other = await opened({ current: SECOND });
  await assert.rejects(
    other.decrypt(before.keyId!, sealed),
    (error: unknown) =>
      error instanceof PayloadKeyError && error.message.includes(before.keyId!) &&
      error.message.includes("PERENNIAL_TEMPORAL_OLDER_PAYLOAD_KEYS"),
  );
});

Deno.test("decrypt() refuses bytes that were changed, cut, or named after another key", async () => {
  const keys = await opened({ current: FIRST, older: [SECOND] });
  const sealed = await keys.encrypt(PLAIN);
  const other = keys.ids.find((id) => id !== keys.keyId)!;
  for (let place = 0; place < sealed.length; place += 7) {
    const changed = sealed.slice();
    changed[place] ^= 1;
    await assert.rejects(keys.decrypt(keys.keyId!, changed), PayloadKeyError, `byte ${place}`);
  }
  await assert.rejects(keys.decrypt(keys.keyId!, sealed.slice(0, 5)), PayloadKeyError);
  await assert.rejects(keys.decrypt(keys.keyId!, new Uint8Array()), PayloadKeyError);
  await assert.rejects(keys.decrypt(other, sealed), PayloadKeyError);
});

Deno.test("openPayloadKeys() knows no keys where none are given, and names the one that cannot be used", async () => {
  assert.equal(await openPayloadKeys({}), null);
  assert.equal((await opened({ older: [FIRST] })).keyId, null, "an older key alone only decrypts");
  for (const key of ["", "short", btoa("x".repeat(31)), `${FIRST}!`, "a".repeat(44)]) {
    await assert.rejects(
      openPayloadKeys({ current: key }),
      (error: unknown) =>
        error instanceof InvalidInputError && error.field === "PERENNIAL_TEMPORAL_PAYLOAD_KEY" &&
        (key === "" || !error.message.includes(key)),
      key,
    );
  }
});

Deno.test("checkPayloadKeys() refuses to start without a key that histories were written with, until they are gone", async () => {
  await using database = await migratedDatabase();
  const sql = connect(database.url, { max: 1 });
  try {
    const [first, second] = [await opened({ current: FIRST }), await opened({ current: SECOND })];
    await checkPayloadKeys(sql, null);
    await checkPayloadKeys(sql, first);
    for (const without of [null, second]) {
      await assert.rejects(
        checkPayloadKeys(sql, without),
        (error: unknown) => error instanceof InvalidInputError && error.message.includes(first.keyId!),
      );
    }
    await checkPayloadKeys(sql, await opened({ current: SECOND, older: [FIRST] }));
    await assert.rejects(checkPayloadKeys(sql, first), InvalidInputError);
    await checkPayloadKeys(sql, second, { lost: true });
    await checkPayloadKeys(sql, second);
    await assert.rejects(checkPayloadKeys(sql, first), InvalidInputError);
  } finally {
    await sql.end({ timeout: 5 });
  }
});
