import assert from "node:assert/strict";
import { InsufficientDataError } from "../../src/core/errors.ts";
import { fromFixed, STEP, toFixed } from "../../src/federated/fixed_point.ts";
import { derive } from "../../src/federated/secrets.ts";
import {
  maskVector,
  type Member,
  publishKeys,
  reveal,
  type Revealed,
  type Roster,
  rosterOf,
  type SealedShares,
  shareSecrets,
  unmaskSum,
} from "../../src/federated/secure_sum.ts";
import { combine, divide } from "../../src/federated/shamir.ts";
import { seededRandom } from "../../src/core/random.ts";

const NAMES = ["France", "Germany", "Netherlands", "Spain", "United Kingdom"];
const LENGTH = 400;

/** Everything that the server of a round holds. */
interface Held {
  roster: Roster;
  sealed: SealedShares[];
  masked: Map<string, BigUint64Array>;
  revealed: Revealed[];
}

async function membersOf(round: string, seed = 1): Promise<Member[]> {
  return await Promise.all(NAMES.map(async (name) => ({
    name,
    round,
    root: await derive(Uint8Array.of(seed), name),
  })));
}

const random = seededRandom(5);
const vectors = new Map(
  NAMES.map((name) => [name, Float64Array.from({ length: LENGTH }, () => random() * 2 - 1)]),
);

/** One round; `gone` says after which step participants are not heard of any more. */
async function runRound(
  gone: Readonly<Record<string, "keys" | "shares" | "masked">> = {},
  { round = "run/1", least = 3, seed = 1 } = {},
): Promise<{ sum: Float64Array; held: Held; summed: string[] }> {
  const still = (members: readonly Member[], step: string) =>
    members.filter(({ name }) => gone[name] !== step);
  const members = await membersOf(round, seed);
  const roster = rosterOf(await Promise.all(members.map(publishKeys)), least);
  const sharing = still(members, "keys");
  const sealed = await Promise.all(sharing.map((member) => shareSecrets(member, roster)));
  const sharers = sharing.map(({ name }) => name);
  const masking = still(sharing, "shares");
  const masked = new Map<string, BigUint64Array>();
  for (const member of masking) {
    const vector = toFixed(vectors.get(member.name)!);
    masked.set(member.name, await maskVector(member, roster, { vector, sharers }));
  }
  const attendance = { sharers, summed: masking.map(({ name }) => name) };
  const revealed = await Promise.all(
    still(masking, "masked").map((member) => {
      const letters = Object.fromEntries(sealed.map((shares) => [shares.name, shares.letters[member.name]]));
      return reveal(member, roster, { ...attendance, letters });
    }),
  );
  const sum = fromFixed(await unmaskSum(roster, { round, ...attendance, masked, revealed }));
  return { sum, held: { roster, sealed, masked, revealed }, summed: attendance.summed };
}

/** The sum as it has to come out, to the last bit: fixed-point numbers add exactly. */
function exactSum(names: readonly string[]): Float64Array {
  const sum = new Float64Array(LENGTH);
  for (const name of names) vectors.get(name)!.forEach((v, i) => sum[i] += Math.round(v / STEP) * STEP);
  return sum;
}

for (
  const [what, gone] of [
    ["nobody drops out", {}],
    ["one drops out after its keys", { Spain: "keys" }],
    ["one drops out before its vector, with shares sent", { France: "shares" }],
    ["one drops out after its vector", { Germany: "masked" }],
    ["two drop out, before and after their vectors", { France: "shares", Spain: "masked" }],
  ] as const
) {
  Deno.test(`unmaskSum() gives the exact sum of the vectors that arrived when ${what}`, async () => {
    const { sum, summed } = await runRound(gone);
    assert.deepEqual(sum, exactSum(summed));
  });
}

for (
  const [when, gone, message] of [
    ["before masking", { France: "keys", Spain: "keys", Germany: "keys" }, /a secure sum: need >= 3, have 2/],
    ["before their vectors", { France: "shares", Spain: "shares", Germany: "shares" }, /need >= 3, have 2/],
    [
      "before revealing",
      { France: "masked", Spain: "masked", Germany: "masked" },
      /shares of a secure sum: need >= 3, have 2/,
    ],
  ] as const
) {
  Deno.test(`a round ends with a clear error when too many drop out ${when}`, async () => {
    await assert.rejects(runRound(gone), (error) => {
      assert.ok(error instanceof InsufficientDataError);
      assert.match(error.message, message);
      return true;
    });
  });
}

Deno.test("rosterOf() asks for more than half, and for the minimum", async () => {
  const keys = await Promise.all((await membersOf("r")).map(publishKeys));
  assert.equal(rosterOf(keys, 2).threshold, 3);
  assert.equal(rosterOf(keys, 4).threshold, 4);
  assert.throws(() => rosterOf(keys.slice(0, 2), 3), /need >= 3, have 2/);
  assert.throws(() => rosterOf(keys.slice(0, 1), 1), InsufficientDataError);
});

/** Correlation of the top 32 bits of masked numbers with the true ones. */
function correlation(masked: BigUint64Array, vector: Float64Array): number {
  const a = Array.from(masked, (v) => Number(v >> 32n) / 2 ** 32);
  const [ma, mb] = [a, [...vector]].map((all) => all.reduce((x, y) => x + y, 0) / all.length);
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((v, i) => {
    ab += (v - ma) * (vector[i] - mb);
    aa += (v - ma) ** 2;
    bb += (vector[i] - mb) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}

/** Chi-square statistic of the words' bytes against uniform ones: mean 255, standard deviation 22.6. */
function byteChiSquare(masked: readonly BigUint64Array[]): number {
  const counts = new Float64Array(256);
  let total = 0;
  for (const words of masked) {
    for (const byte of new Uint8Array(words.buffer)) {
      counts[byte]++;
      total++;
    }
  }
  return counts.reduce((sum, n) => sum + (n - total / 256) ** 2 / (total / 256), 0);
}

Deno.test("no masked vector that the server holds has to do with the true one", async () => {
  const masked: BigUint64Array[] = [];
  for (let round = 0; round < 8; round++) {
    const { held } = await runRound({}, { round: `run/${round}` });
    for (const [name, words] of held.masked) {
      assert.ok(Math.abs(correlation(words, vectors.get(name)!)) < 5 / Math.sqrt(LENGTH));
      masked.push(words);
    }
  }
  const bytes = byteChiSquare(masked);
  assert.ok(Math.abs(bytes - 255) < 5 * 22.6, `bytes of masked vectors are not uniform: ${bytes}`);
  const bare = byteChiSquare([...vectors.values()].map(toFixed));
  assert.ok(bare > 1000, "the test has to see vectors without a mask");
});

Deno.test("what the server may take off a single vector leaves it masked", async () => {
  const { held } = await runRound({ France: "shares" });
  for (const { own, mask } of held.revealed) {
    assert.deepEqual(Object.keys(mask), ["France"], "mask keys are shown of those who are not in the sum");
    assert.ok(!("France" in own), "never both secrets of one member");
  }
  const { roster, masked, revealed } = held;
  const alone = { round: "run/1", sharers: ["Spain"], summed: ["Spain"], masked, revealed };
  const left = await unmaskSum(roster, alone); // without its own stream, but with those of its pairs
  assert.notDeepEqual(left, masked.get("Spain"));
  assert.ok(Math.abs(correlation(left, vectors.get("Spain")!)) < 5 / Math.sqrt(LENGTH));
});

Deno.test("a step that is repeated sends the same bytes, and another round other ones", async () => {
  const [once, again, other] = await Promise.all([
    runRound(),
    runRound(),
    runRound({}, { round: "run/2" }),
  ]);
  assert.deepEqual(once.held, again.held);
  assert.notDeepEqual(once.held.masked.get("Spain"), other.held.masked.get("Spain"));
  assert.notEqual(once.held.roster.keys[0].mask, other.held.roster.keys[0].mask);
});

Deno.test("a letter that was changed on its way is refused", async () => {
  const members = await membersOf("r");
  const roster = rosterOf(await Promise.all(members.map(publishKeys)), 3);
  const sealed = await Promise.all(members.map((member) => shareSecrets(member, roster)));
  const letters = Object.fromEntries(sealed.map((shares) => [shares.name, shares.letters.France]));
  const changed = { ...letters, Spain: letters.Germany };
  await assert.rejects(reveal(members[0], roster, { sharers: NAMES, summed: NAMES, letters: changed }));
});

Deno.test("combine() gives the secret back from any threshold of shares, and from fewer none of it", () => {
  const bytes = (n: number) => Uint8Array.from({ length: n }, () => Math.floor(random() * 256));
  for (const [count, threshold] of [[2, 2], [5, 3], [40, 21], [255, 128]]) {
    const secret = bytes(32);
    const shares = divide(secret, { count, threshold, randomness: bytes((threshold - 1) * 32) });
    assert.deepEqual(combine(shares.slice(count - threshold)), secret);
    assert.deepEqual(combine([...shares].reverse().slice(count - threshold)), secret);
    assert.notDeepEqual(combine(shares.slice(1, threshold)), secret);
  }
  assert.throws(() => divide(bytes(1), { count: 300, threshold: 2, randomness: bytes(1) }), RangeError);
  assert.throws(() => divide(bytes(2), { count: 3, threshold: 2, randomness: bytes(1) }), RangeError);
});

Deno.test("one share is uniform whatever the secret: fewer than the threshold tell nothing", () => {
  const counts = [0, 0xff].map((byte) => {
    const seen = new Set<number>();
    for (let coefficient = 0; coefficient < 256; coefficient++) {
      const [share] = divide(Uint8Array.of(byte), {
        count: 3,
        threshold: 2,
        randomness: Uint8Array.of(coefficient),
      });
      seen.add(share.bytes[0]);
    }
    return seen.size;
  });
  assert.deepEqual(counts, [256, 256]);
});

Deno.test("toFixed() refuses numbers that could wrap around, and loses at most half a step", () => {
  assert.throws(() => toFixed([2 ** 28]), RangeError);
  assert.throws(() => toFixed([NaN]), RangeError);
  const back = fromFixed(toFixed([1 / 3, -1 / 3, 0, -1e8]));
  [1 / 3, -1 / 3, 0, -1e8].forEach((v, i) => assert.ok(Math.abs(back[i] - v) <= STEP / 2));
});
