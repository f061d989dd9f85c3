/** A real S3 server that goes away, refuses, or is reached over a connection that spoils what it carries. */
import assert from "node:assert/strict";
import { readConfig } from "../../src/config/environment.ts";
import { removeArtefacts } from "../../src/start/shops/remove.ts";
import { InvalidInputError, UnreadableArtefactError } from "../../src/core/errors.ts";
import { sha256 } from "../../src/core/hash.ts";
import { s3Artefacts } from "../../src/registry/s3_artefacts.ts";
import type { S3Access } from "../../src/registry/s3_client.ts";
import { badLine } from "../support/bad_line.ts";
import { type S3Server, startS3Server } from "../support/s3_server.ts";

const options = { sanitizeOps: false, sanitizeResources: false }; // connections that are cut close a moment later
const bytes = new Uint8Array(200_000).map((_, i) => i % 251);
const hash = sha256(bytes);

let server: S3Server;
Deno.test.beforeAll(async () => {
  server = await startS3Server();
});
Deno.test.afterAll(async () => await server[Symbol.asyncDispose]());

const storeWith = (change: Partial<S3Access>) => s3Artefacts({ ...server.access, ...change });

for (
  const [what, change, named] of [
    ["key", { accessKeyId: "no-such-key" }, /InvalidAccessKeyId|UserNotFound/],
    ["secret", { secretAccessKey: "a wrong secret" }, /SignatureDoesNotMatch/],
    ["bucket", { bucket: "no-such-bucket" }, /NoSuchBucket/],
  ] as const
) {
  Deno.test(`a wrong ${what} is refused at the start, no file is called missing, and no secret is told`, async () => {
    await storeWith({}).put(bytes);
    const store = storeWith(change);
    const told: string[] = [];
    const hear = (error: Error) => {
      told.push(error.message, String(error.stack), String(error.cause ?? ""));
      return named.test(error.message);
    };
    await assert.rejects(store.readMark(), (error) => error instanceof InvalidInputError && hear(error));
    await assert.rejects(store.get(hash), (error) => error instanceof UnreadableArtefactError && hear(error));
    await assert.rejects(store.put(Uint8Array.of(1)), hear);
    await assert.rejects(store.list(), hear);
    for (const secret of [server.access.secretAccessKey, "a wrong secret", "Signature="]) {
      assert.ok(!told.join("\n").includes(secret), secret);
    }
  });
}

Deno.test("removeArtefacts() of a shop deletes what is below its prefix, and of no other place", async () => {
  const below = (prefix: string) => storeWith({ prefix });
  const places = ["models/shops/a/", "models/shops/ab/", "models/"];
  for (const prefix of places) {
    await below(prefix).put(bytes);
    await below(prefix).writeMark(`${prefix}\n`, { onlyNew: true });
  }
  await removeArtefacts(readConfig(server.env), `s3://${server.access.bucket}/models/shops/a`);
  const left = await Promise.all(places.map(async (prefix) => [
    (await below(prefix).list()).length,
    (await below(prefix).readMark())?.trim(),
  ]));
  assert.deepEqual(left, [[0, undefined], [1, places[1]], [1, places[2]]]);
});

Deno.test(
  "while the server is away nothing is called missing, and what is stored meanwhile waits for it",
  options,
  async () => {
    const store = storeWith({});
    await store.put(bytes);
    await server.kill();
    const away = store.get(hash).then(() => null, (error) => error);
    assert.ok(await away instanceof UnreadableArtefactError);
    await assert.rejects(store.isGzip(hash), "a sweep is not to go on without knowing");
    const other = Uint8Array.of(7, 7);
    const storing = store.put(other);
    await server.start();
    assert.equal(await storing, sha256(other));
    assert.deepEqual([await store.get(sha256(other)), await store.get(hash)], [other, bytes]);
  },
);

Deno.test("an answer that is cut short is asked for again, and never called damage", options, async () => {
  await storeWith({}).put(bytes);
  const cut = (until: number) => {
    const seen = new Map<number, number>();
    return (part: Uint8Array, connection: number) => {
      const length = (seen.get(connection) ?? 0) + part.length;
      seen.set(connection, length);
      return connection <= until && length > 50_000 ? null : part;
    };
  };
  {
    await using line = await badLine(server.access.endpoint, { down: cut(2) });
    assert.deepEqual(await storeWith({ endpoint: line.url }).get(hash), bytes);
  }
  await using line = await badLine(server.access.endpoint, { down: cut(Infinity) });
  await assert.rejects(storeWith({ endpoint: line.url }).get(hash), UnreadableArtefactError);
});

Deno.test("bytes that change on their way are not stored", options, async () => {
  const other = new TextEncoder().encode("a body that changes on its way to the server");
  const spoil = (part: Uint8Array) => {
    const at = new TextDecoder("latin1").decode(part).indexOf("changes");
    return at < 0 ? part : part.map((byte, i) => (i === at ? byte ^ 1 : byte));
  };
  await using line = await badLine(server.access.endpoint, { up: spoil });
  await assert.rejects(storeWith({ endpoint: line.url }).put(other), /(BadDigest|Mismatch|InvalidDigest)/);
  assert.equal(await storeWith({}).stat(sha256(other)), null);
});

Deno.test(
  "a file is written under a condition, with its checksum, and asks for the encryption that is set",
  options,
  async () => {
    await using line = await badLine(server.access.endpoint);
    const store = storeWith({ endpoint: line.url, encryption: "AES256", sessionToken: "a session" });
    const other = Uint8Array.of(9, 9, 9);
    await store.put(other).catch(() => undefined); // this server knows no sessions: what was sent is what counts
    const sent = line.sent().toLowerCase();
    for (
      const header of [
        "if-none-match: *",
        "x-amz-checksum-sha256: ",
        "x-amz-server-side-encryption: aes256",
        "x-amz-security-token: a session",
        `x-amz-content-sha256: ${sha256(other)}`,
      ]
    ) assert.ok(sent.includes(header), header);
    assert.ok(!sent.includes(server.access.secretAccessKey));
    const encrypted = storeWith({ encryption: "AES256" });
    assert.deepEqual(await encrypted.get(await encrypted.put(other)), other);
  },
);
