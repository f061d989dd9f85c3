import assert from "node:assert/strict";
import type { StoredAnswer } from "../../src/db/models/predictions.ts";
import { writeBehind } from "../../src/serving/journal.ts";

const answers = (from: number, n: number) =>
  Array.from({ length: n }, (_, i) => ({ userKey: String(from + i) }) as StoredAnswer);
const turn = (ms = 0) => new Promise((done) => setTimeout(done, ms));
const log = () => undefined;

Deno.test("writeBehind() writes within its delay, and callers do not wait for that", async () => {
  const written: number[] = [];
  const journal = writeBehind((part) => Promise.resolve(void written.push(part.length)), {
    delayMs: 20,
    log,
  });
  await journal.add(answers(0, 2));
  await journal.add(answers(2, 3));
  assert.deepEqual(written, []);
  await turn(60);
  assert.deepEqual(written, [5]);
  await journal.close();
});

Deno.test("writeBehind() makes callers wait while its queue is full, and drops nothing", async () => {
  const written: string[] = [];
  const gates: (() => void)[] = [];
  const journal = writeBehind(async (part) => {
    await new Promise<void>((go) => gates.push(go));
    written.push(...part.map(({ userKey }) => userKey));
  }, { batch: 4, most: 10, log });
  await journal.add(answers(0, 9));
  let isIn = false;
  const waiting = journal.add(answers(9, 5)).then(() => isIn = true);
  await turn();
  assert.equal(isIn, false);
  gates.shift()!(); // 4 of 14 are written: 10 are left, as many as it holds
  await turn();
  assert.equal(isIn, false);
  gates.shift()!();
  await waiting;
  const closing = journal.close();
  for (; gates.length > 0; await turn()) gates.shift()!();
  await closing;
  assert.deepEqual(written, answers(0, 14).map(({ userKey }) => userKey));
});

Deno.test("writeBehind() tries again what could not be written, and says so once", async () => {
  const logged: string[] = [];
  const written: number[] = [];
  let failures = 3;
  const journal = writeBehind((part) => {
    if (failures-- > 0) return Promise.reject(new Error("Postgres is away"));
    return Promise.resolve(void written.push(part.length));
  }, { delayMs: 1, retryMs: 1, log: (line) => logged.push(line) });
  await journal.add(answers(0, 3));
  await turn(50);
  await journal.close();
  assert.deepEqual([written, logged], [[3], ["serving: 3 answers wait to be stored: Postgres is away"]]);
});

Deno.test("writeBehind() writes what is left when it is closed, and tells when it cannot", async () => {
  const written: number[] = [];
  const journal = writeBehind((part) => Promise.resolve(void written.push(part.length)), {
    delayMs: 60_000,
    log,
  });
  await journal.add(answers(0, 7));
  await journal.close();
  assert.deepEqual(written, [7]);
  const never = writeBehind(() => Promise.reject(new Error("gone")), { delayMs: 60_000, retryMs: 1, log });
  await never.add(answers(0, 1));
  await assert.rejects(never.close(), /gone/);
});
