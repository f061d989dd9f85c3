import { ConflictError } from "../../core/errors.ts";
import { inTransaction, type Sql } from "../../db/connect.ts";
import { writeAudit } from "../../db/access/audit.ts";
import { runningRollout } from "../../db/rollouts/rollouts.ts";
import { lockServing, moveOf, moveServing, servingChanges, servingVersion } from "../../db/models/serving.ts";
import { getVersion } from "../../db/models/versions.ts";
import type { Rollout } from "../../rollout/rollout.ts";
import { takeBack } from "./rollout_moves.ts";
import type { ModelVersion, ServingMove } from "../../registry/version.ts";

/** The person who moves what serves, and their reason; `requestId` makes it happen once. */
export interface MoveRequest {
  model: string;
  requestId: string;
  by: string;
  why: string;
  asOf: string;
}

/**
 * The version to fall back to from the one that serves: what it replaced, and so on back, skipping what was itself
 * rolled back from and not let serve again since, is damaged, or has no file any more. Null: there is none.
 * @param history every change, newest first
 */
export function lastKnownGood(
  history: readonly Pick<ServingMove, "version" | "previous" | "kind">[],
  usable: (version: number) => boolean,
): number | null {
  const moves = history.filter(({ kind }) => kind !== "share");
  const bad = takenBack(moves);
  const current = moves[0]?.version ?? null;
  for (const { previous } of moves) {
    if (previous !== null && previous !== current && !bad.has(previous) && usable(previous)) return previous;
  }
  return null;
}

/** Versions whose newest move took them back. */
function takenBack(moves: readonly Pick<ServingMove, "version" | "previous" | "kind">[]): Set<number> {
  const bad = new Set<number>();
  const known = new Set<number>();
  for (const { version, previous, kind } of moves) {
    known.add(version);
    if (kind !== "roll back" || previous === null || known.has(previous)) continue;
    bad.add(previous);
    known.add(previous);
  }
  return bad;
}

const isUsable = (v: ModelVersion) => v.damagedAt === null && v.artefactRemovedAt === null;

/**
 * Takes back what is newest: the challenger of a rollout that runs, else the serving version; to `to`, else to the last
 * known good one. @throws {ConflictError} there is none
 */
export function rollBack(sql: Sql, request: MoveRequest & { to?: number }): Promise<ServingMove> {
  return inTransaction(sql, async (tx) => {
    await lockServing(tx, request.model);
    const done = await moveOf(tx, request.model, request.requestId);
    if (done) return done; // asked again: by now there may be nothing left to go back to
    const rollout = await runningRollout(tx, request.model);
    if (rollout && (request.to ?? rollout.champion) === rollout.champion) {
      return await abort(tx, rollout, request);
    }
    const expected = await servingVersion(tx, request.model);
    const to = request.to ?? await knownGood(tx, request.model);
    if (to === null) {
      throw new ConflictError(`Cannot roll back "${request.model}": no earlier good version is kept`);
    }
    return await move(tx, { ...request, expected, version: to, kind: "roll back" });
  });
}

/** A person takes the challenger of a running rollout back. */
async function abort(tx: Sql, rollout: Rollout, request: MoveRequest): Promise<ServingMove> {
  const { model, requestId, by, why, asOf } = request;
  await takeBack(tx, rollout, { key: requestId, by, why, asOf });
  await writeAudit(tx, {
    requestId,
    who: by,
    action: "roll back",
    target: model,
    why,
    before: { version: rollout.champion, challengers: rollout.challengers, shares: rollout.shares },
    after: { version: rollout.champion },
  });
  return (await moveOf(tx, model, requestId))!;
}

/** Takes back a deployment that proved worse. Done once per `key`; nothing happens if another version serves by now. */
export async function rollBackTo(
  sql: Sql,
  { model, version, expected, key, why, asOf }:
    & Pick<ServingMove, "model" | "version" | "key" | "why" | "asOf">
    & {
      expected: number;
    },
): Promise<ServingMove> {
  return await moveServing(sql, { model, version, expected, kind: "roll back", key, by: key, why, asOf });
}

/** Lets any kept version serve. */
export function promote(sql: Sql, request: MoveRequest & { version: number }): Promise<ServingMove> {
  return inTransaction(sql, async (tx) => {
    const expected = await servingVersion(tx, request.model);
    return await move(tx, { ...request, expected, kind: "promote" });
  });
}

/** {@link lastKnownGood} of a model, by what the registry knows. */
export async function knownGood(tx: Sql, model: string): Promise<number | null> {
  const history = await servingChanges(tx, model);
  const previous = [...new Set(history.flatMap((m) => m.previous ?? []))];
  const versions = await Promise.all(previous.map((version) => getVersion(tx, model, version)));
  const usable = new Set(versions.filter(isUsable).map((v) => v.version));
  return lastKnownGood(history, (version) => usable.has(version));
}

async function move(
  tx: Sql,
  { model, version, expected, kind, requestId, by, why, asOf }: MoveRequest & {
    version: number;
    expected: number | null;
    kind: "roll back" | "promote";
  },
): Promise<ServingMove> {
  const target = await getVersion(tx, model, version);
  if (!isUsable(target)) {
    throw new ConflictError(`Cannot serve version ${version} of "${model}": its file is not kept`);
  }
  const moved = await moveServing(tx, { model, version, expected, kind, key: requestId, by, why, asOf });
  await writeAudit(tx, {
    requestId,
    who: by,
    action: kind,
    target: model,
    why,
    before: { version: moved.previous },
    after: { version: moved.version },
  });
  return moved;
}
