import assert from "node:assert/strict";
import { MissingArtefactError } from "../../src/core/errors.ts";
import { decodeFeatures, encodeFeatures } from "../../src/features/blocks.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { redacted } from "../../src/registry/redact.ts";

const [ann, bob, carl, fresh] = Array.from({ length: 4 }, () => crypto.randomUUID());

const block = (users: string[]) =>
  encodeFeatures({
    cutoffMs: 0,
    featureHash: "f",
    users,
    width: 3,
    features: Float32Array.from(users.flatMap((_, i) => [i, i + 0.5, NaN])),
  });

Deno.test("redacted() blanks one row of a block and leaves the others, wherever the row stands", () => {
  for (const users of [[ann, bob, carl], [bob, ann, carl], [bob, carl, ann], [ann]]) {
    const before = decodeFeatures(block(users));
    const after = decodeFeatures(redacted(block(users), { key: ann, fresh })!.bytes);
    assert.deepEqual(after.users, users.map((user) => user === ann ? fresh : user));
    users.forEach((user, i) => {
      const [was, is] = [before, after].map(({ features }) => [...features.subarray(3 * i, 3 * i + 3)]);
      assert.deepEqual(is, user === ann ? [NaN, NaN, NaN] : was);
    });
  }
  assert.equal(redacted(block([bob, carl]), { key: ann, fresh }), null);
});

Deno.test("redacted() passes over files of other kinds", () => {
  for (const bytes of [new Uint8Array(), Uint8Array.of(0x1f, 0x8b, 3), new TextEncoder().encode("weights")]) {
    assert.equal(redacted(bytes, { key: ann, fresh }), null);
  }
});

Deno.test("what was redacted is found under every older name by who reads rows, and never by who loads a model", async () => {
  const folder = await Deno.makeTempDir();
  const store = fileArtefacts(folder);
  const first = await store.put(block([ann, bob]));
  const second = await store.redact(first, redacted(block([ann, bob]), { key: ann, fresh })!.bytes);
  const third = await store.redact(
    second,
    redacted(await store.get(second), { key: bob, fresh: carl })!.bytes,
  );
  for (const name of [first, second, third]) {
    assert.deepEqual(decodeFeatures(await store.getRows(name)).users, [fresh, carl]);
  }
  await assert.rejects(store.get(first), MissingArtefactError);
  assert.deepEqual(
    (await store.list()).map(({ name }) => name),
    [third],
    "pointers are no files of their own",
  );
  await assert.rejects(store.getRows("0".repeat(64)), MissingArtefactError);
  await Deno.remove(folder, { recursive: true });
});
