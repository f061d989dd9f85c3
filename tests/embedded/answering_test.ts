import assert from "node:assert/strict";
import { firstBytes, grpcAnswers, postgresAnswers } from "../../src/embedded/answering.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { untilSilent } from "../../src/embedded/silence.ts";
import { sharedInstallation } from "../support/installation.ts";

Deno.test("Postgres and Temporal are known by their first bytes, and not taken for each other", async () => {
  const { databaseUrl, temporalAddress } = await sharedInstallation();
  const postgres = Number(new URL(databaseUrl).port);
  const temporal = Number(temporalAddress.split(":")[1]);
  assert.deepEqual([await postgresAnswers(postgres), await grpcAnswers(temporal)], [true, true]);
  assert.deepEqual([await postgresAnswers(temporal), await grpcAnswers(postgres)], [false, false]);
});

Deno.test("a server that takes connections and says nothing does not answer, nor does none", async () => {
  const mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const words = new Uint8Array([1]);
  assert.equal(await firstBytes(mute.addr.port, { words, length: 1, withinMs: 20 }), null);
  mute.close();
  assert.equal(await postgresAnswers(await freePort()), false);
});

Deno.test("untilSilent() forgets silence at the first answer", async () => {
  const looking = new AbortController();
  const awake = setInterval(() => undefined, 1_000); // its own timers keep no process
  const answers = [false, false, true, false, false, false];
  let asked = 0;
  const silent = await untilSilent(() => Promise.resolve(answers[asked++] ?? false), {
    afterMs: 60,
    everyMs: 20,
    signal: looking.signal,
  });
  clearInterval(awake);
  assert.equal(silent, "silent");
  assert.ok(asked >= 5, `${asked} times`);
});
