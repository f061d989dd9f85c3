import { closeRound, messagesOf, openRound, settleStep } from "../../src/db/federated/rounds.ts";
import { getFederatedRun, summedRounds } from "../../src/db/federated/runs.ts";
import { type Checkpoint, encodeCheckpoint } from "../../src/federated/checkpoint.ts";
import { fromFixed } from "../../src/federated/fixed_point.ts";
import { agreeOn } from "../../src/federated/moments.ts";
import { initialWeights } from "../../src/federated/network.ts";
import { moved } from "../../src/federated/round.ts";
import { type RoundKey, roundName, type Step } from "../../src/federated/run.ts";
import { type PublicKeys, type Revealed, rosterOf, unmaskSum } from "../../src/federated/secure_sum.ts";
import { epsilonSpent } from "../../src/federated/spent.ts";
import { InsufficientDataError } from "../../src/core/errors.ts";
import { readCheckpoint } from "./checkpoint.ts";
import type { FederatedDeps } from "./deps.ts";
import type { RunRows } from "./rows.ts";

/** The step of a round whose participants are settled. */
export type SettledStep = Exclude<Step, "revealed">;

/** Settles who took part in a step. @returns who goes on @throws {InsufficientDataError} too few took part */
export async function settle(
  deps: FederatedDeps,
  { step, ...key }: RoundKey & { step: SettledStep },
): Promise<string[]> {
  const { sql, store } = deps;
  const { plan } = await getFederatedRun(sql, key.run);
  await openRound(sql, key);
  await settleStep(sql, key, step, async (messages) => {
    const names = messages.map(({ participant }) => participant);
    if (step !== "keys") return needed(names, (await openRound(sql, key)).roster!.threshold);
    const keys = await Promise.all(messages.map(({ sha256 }) => readJson<PublicKeys>(store, sha256)));
    return rosterOf(keys, plan.leastParticipants);
  });
  const { roster, sharers, summed } = await openRound(sql, key);
  if (step === "keys") return roster!.keys.map(({ name }) => name);
  return step === "shares" ? sharers! : summed!;
}

function needed(names: string[], threshold: number): string[] {
  if (names.length >= threshold) return names;
  throw new InsufficientDataError("a secure sum", names.length, threshold);
}

async function readJson<T>(store: FederatedDeps["store"], sha256: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await store.get(sha256)));
}

/** Takes the masks off the sum of a round, and moves the weights by it. The first result stands. */
export async function close(
  deps: FederatedDeps,
  key: RoundKey,
  rowsOf: (run: string) => Promise<RunRows>,
): Promise<void> {
  const { sql } = deps;
  if ((await openRound(sql, key)).checkpoint !== null) return;
  const sum = await sumOf(deps, key);
  const { plan } = await getFederatedRun(sql, key.run);
  const { checkpoint, loss } = await next(deps, { key, sum }, rowsOf);
  const own = (await summedRounds(sql)).filter(({ run }) => run === key.run);
  const epsilon = plan.privacy === null ? null : epsilonSpent(own, plan.privacy);
  const sealed = await deps.store.put(encodeCheckpoint(checkpoint));
  await closeRound(sql, key, { checkpoint: sealed, loss, epsilon });
}

async function sumOf({ sql, store }: FederatedDeps, key: RoundKey): Promise<Float64Array> {
  const { roster, sharers, summed } = await openRound(sql, key);
  const masked = new Map<string, BigUint64Array>();
  for (const { participant, sha256 } of await messagesOf(sql, key, "masked")) {
    masked.set(participant, new BigUint64Array((await store.get(sha256)).slice().buffer));
  }
  const messages = await messagesOf(sql, key, "revealed");
  const revealed = await Promise.all(messages.map(({ sha256 }) => readJson<Revealed>(store, sha256)));
  const attendance = { round: roundName(key), sharers: sharers!, summed: summed! };
  return fromFixed(await unmaskSum(roster!, { ...attendance, masked, revealed }));
}

/** What follows from a round's sum. */
async function next(
  deps: FederatedDeps,
  { key, sum }: { key: RoundKey; sum: Float64Array },
  rowsOf: (run: string) => Promise<RunRows>,
): Promise<{ checkpoint: Checkpoint; loss: number | null }> {
  const { plan } = await getFederatedRun(deps.sql, key.run);
  if (key.round === 0) {
    const { columns, config } = await rowsOf(key.run);
    const agreed = agreeOn(sum, columns);
    const shape = { inputs: agreed.preprocessing.columns.length, hidden: plan.hidden };
    return { checkpoint: { agreed, weights: initialWeights(shape, config.seed) }, loss: null };
  }
  const { agreed, weights } = (await readCheckpoint(deps, key.run))!;
  const after = moved(weights, sum, { plan, shoppers: agreed.shoppers });
  return { checkpoint: { agreed, weights: after.weights }, loss: after.loss };
}
