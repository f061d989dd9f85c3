import { InvalidInputError } from "../../src/core/errors.ts";
import { messagesOf, openRound, type RoundState } from "../../src/db/federated/rounds.ts";
import { getFederatedRun } from "../../src/db/federated/runs.ts";
import { toFixed } from "../../src/federated/fixed_point.ts";
import { contributeChange, contributeMoments } from "../../src/federated/participant.ts";
import type { FederatedPlan } from "../../src/federated/plan.ts";
import { type RoundKey, roundName, type Step } from "../../src/federated/run.ts";
import { derive } from "../../src/federated/secrets.ts";
import {
  maskVector,
  type Member,
  publishKeys,
  reveal,
  type Roster,
  type SealedShares,
  shareSecrets,
} from "../../src/federated/secure_sum.ts";
import { preprocess } from "../../src/training/preprocess.ts";
import { readCheckpoint } from "./checkpoint.ts";
import type { FederatedDeps } from "./deps.ts";
import type { RunRows } from "./rows.ts";

/** A step of one participant. */
export interface ParticipantStep extends RoundKey {
  step: Step;
  participant: string;
}

/** The message of a participant in a step. It follows from its rows and secrets, so that a repetition makes the same. */
export async function messageOfStep(
  deps: FederatedDeps,
  { step, participant, ...key }: ParticipantStep,
  rowsOf: (run: string) => Promise<RunRows>,
): Promise<Uint8Array> {
  const root = await derive(deps.federationSecret, `perennial/participant/${participant}`);
  const member: Member = { name: participant, root, round: roundName(key) };
  if (step === "keys") return json(await publishKeys(member));
  const { roster, sharers, summed } = await openRound(deps.sql, key);
  if (step === "shares") return json(await shareSecrets(member, settled(roster)));
  if (step === "masked") {
    const vector = toFixed(await vectorOf(deps, { member, key, roster: settled(roster) }, rowsOf));
    return new Uint8Array(
      (await maskVector(member, settled(roster), { vector, sharers: settled(sharers) })).buffer,
    );
  }
  const letters = await lettersTo(deps, key, participant);
  return json(
    await reveal(member, settled(roster), { sharers: settled(sharers), summed: settled(summed), letters }),
  );
}

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** @throws {InvalidInputError} a step was asked for before the one before it was settled */
function settled<T extends RoundState[keyof RoundState]>(value: T): NonNullable<T> {
  if (value !== null) return value;
  throw new InvalidInputError("Cannot take this step: the one before it is not settled", "step");
}

/** What a participant adds to the sum: computed on its own rows alone. */
async function vectorOf(
  deps: FederatedDeps,
  { member, key, roster }: { member: Member; key: RoundKey; roster: Roster },
  rowsOf: (run: string) => Promise<RunRows>,
): Promise<Float64Array> {
  const { threshold } = roster;
  const [{ plan }, { regions, columns }] = await Promise.all([
    getFederatedRun(deps.sql, key.run),
    rowsOf(key.run),
  ]);
  const own = regions.get(member.name);
  if (!own) throw new InvalidInputError(`Cannot take part: "${member.name}" has no rows`, "participant");
  if (key.round === 0) return await contributeMoments(member, own, { features: columns, plan, threshold });
  const checkpoint = settledCheckpoint(await readCheckpoint(deps, key.run));
  const { preprocessing } = checkpoint.agreed;
  const x = preprocess(preprocessing, own.features, own.width);
  const shape = { inputs: preprocessing.columns.length, hidden: (plan as FederatedPlan).hidden };
  const rows = { x, y: own.target, shopper: own.user };
  return await contributeChange(member, { shape, weights: checkpoint.weights, rows, plan }, { threshold });
}

const settledCheckpoint = <T>(checkpoint: T | null): T => {
  if (checkpoint !== null) return checkpoint;
  throw new InvalidInputError("Cannot begin this round: the one before it is not closed", "round");
};

/** What the others sealed for a participant. */
async function lettersTo(
  { sql, store }: FederatedDeps,
  key: RoundKey,
  participant: string,
): Promise<Record<string, string>> {
  const letters: Record<string, string> = {};
  for (const { participant: from, sha256 } of await messagesOf(sql, key, "shares")) {
    const shares: SealedShares = JSON.parse(new TextDecoder().decode(await store.get(sha256)));
    letters[from] = shares.letters[participant];
  }
  return letters;
}
