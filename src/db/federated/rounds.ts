import type { RoundKey, Step } from "../../federated/run.ts";
import type { Roster } from "../../federated/secure_sum.ts";
import { type Database, inTransaction, type Sql } from "../connect.ts";

/** What is settled of a round's attempt; null: not yet. */
export interface RoundState {
  roster: Roster | null;
  sharers: string[] | null;
  summed: string[] | null;
  checkpoint: string | null;
}

/** A message of a participant, kept under its sha256. */
export interface Sent {
  participant: string;
  sha256: string;
}

const isRound = (sql: Sql, { run, round, attempt }: RoundKey) =>
  sql`run = ${run} and round = ${round} and attempt = ${attempt}`;

/** Opens an attempt of a round; a repeated call changes nothing. @returns what is settled of it */
export async function openRound(sql: Sql, key: RoundKey): Promise<RoundState> {
  await sql`insert into federated_rounds (run, round, attempt) values (${key.run}, ${key.round}, ${key.attempt})
    on conflict do nothing`;
  const [row] = await sql<RoundState[]>`select roster, sharers, summed, checkpoint from federated_rounds
    where ${isRound(sql, key)}`;
  return row;
}

/** The column that is settled once a step has ended. */
const SETTLED: Readonly<Record<Step, "roster" | "sharers" | "summed" | "checkpoint">> = {
  keys: "roster",
  shares: "sharers",
  masked: "summed",
  revealed: "checkpoint",
};

/** Keeps a participant's message, once. @returns false: the step has ended without it */
export async function addMessage(
  sql: Database,
  key: RoundKey,
  { step, participant, sha256 }: Sent & { step: Step },
): Promise<boolean> {
  return await inTransaction(sql, async (tx) => {
    const [open] = await tx`select 1 from federated_rounds
      where ${isRound(tx, key)} and ${tx(SETTLED[step])} is null for update`;
    if (!open) return false;
    await tx`insert into federated_messages (run, round, attempt, step, participant, sha256)
      values (${key.run}, ${key.round}, ${key.attempt}, ${step}, ${participant}, ${sha256}) on conflict do nothing`;
    return true;
  });
}

/** The messages of a step, by participant. */
export async function messagesOf(sql: Sql, key: RoundKey, step: Step): Promise<Sent[]> {
  return [
    ...await sql<Sent[]>`select participant, sha256 from federated_messages
      where ${isRound(sql, key)} and step = ${step} order by participant collate "C"`,
  ];
}

/**
 * Settles who took part in a step, by the messages that are there; what was settled first stands.
 * @param settled what follows from them; it may throw, and then nothing is settled
 */
export async function settleStep(
  sql: Database,
  key: RoundKey,
  step: Exclude<Step, "revealed">,
  settled: (messages: readonly Sent[]) => Promise<Roster | string[]>,
): Promise<void> {
  await inTransaction(sql, async (tx) => {
    const column = SETTLED[step];
    const [open] = await tx`select 1 from federated_rounds
      where ${isRound(tx, key)} and ${tx(column)} is null for update`;
    if (!open) return;
    const value = tx.json(await settled(await messagesOf(tx, key, step)) as never);
    await tx`update federated_rounds set ${tx(column)} = ${value} where ${isRound(tx, key)}`;
  });
}

/** Closes a round: the first result stands. */
export async function closeRound(
  sql: Sql,
  key: RoundKey,
  { checkpoint, loss, epsilon }: { checkpoint: string; loss: number | null; epsilon: number | null },
): Promise<void> {
  await sql`update federated_rounds set checkpoint = ${checkpoint}, loss = ${loss}, epsilon = ${epsilon},
    closed_at = now() where ${isRound(sql, key)} and checkpoint is null`;
}

/** The newest closed round of a run, and what it left; null: none was closed. */
export async function lastCheckpoint(
  sql: Sql,
  run: string,
): Promise<{ round: number; checkpoint: string } | null> {
  const [row] = await sql<
    { round: number; checkpoint: string }[]
  >`select round, checkpoint from federated_rounds
    where run = ${run} and checkpoint is not null order by round desc limit 1`;
  return row ?? null;
}

/** What each closed round came to, oldest first. */
export async function closedRounds(
  sql: Sql,
  run: string,
): Promise<{ round: number; loss: number | null; members: number; summed: number }[]> {
  return [
    ...await sql<{ round: number; loss: number | null; members: number; summed: number }[]>`
      select round, loss, jsonb_array_length(roster -> 'keys') as members, jsonb_array_length(summed) as summed
      from federated_rounds where run = ${run} and checkpoint is not null order by round`,
  ];
}
