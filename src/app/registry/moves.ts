import { isDrillVersion } from "../../retraining/version_status.ts";
import { ConflictError } from "../../core/errors.ts";
import { inTransaction, type Sql } from "../../db/connect.ts";
import { writeAudit } from "../../db/access/audit.ts";
import { runningRollout } from "../../db/rollouts/rollouts.ts";
import { lockServing, moveOf, moveServing, servingChanges, servingVersion } from "../../db/models/serving.ts";
import { getVersion } from "../../db/models/versions.ts";
import type { Rollout } from "../../rollout/rollout.ts";
import { takeBack } from "./rollout_moves.ts";
import { firstReadable, needReadable, type VersionFiles } from "./version_files.ts";
import type { ModelVersion, ServingMove } from "../../registry/version.ts";

/** The person who moves what serves, and their reason; `requestId` makes it happen once. */
interface MoveRequest {
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

/** What moves of the serving version need: the registry, and the files it names. */
export interface MoveDeps {
  sql: Sql;
  files: VersionFiles;
}

/** Two people at once: each finds what the other one did, and tries again. */
const TRIES_MAX = 5;

/**
 * Takes back what is newest: the challenger of a rollout that runs, else the serving version; to `to`, else to the last
 * known good one. The file of what shall serve is read and checked before.
 * @throws {ConflictError} there is none, or its file cannot be read
 */
export async function rollBack(deps: MoveDeps, request: MoveRequest & { to?: number }): Promise<ServingMove> {
  for (let tried = 0; tried < TRIES_MAX; tried++) {
    const done = await moveOf(deps.sql, request.model, request.requestId);
    if (done) return done; // asked again: by now there may be nothing left to go back to
    const target = await rollbackTarget(deps, request);
    const moved = await inTransaction(deps.sql, (tx) => rollBackOnto(tx, request, target));
    if (moved) return moved;
  }
  throw new ConflictError(`Cannot roll back "${request.model}": what serves changes all the time; ask again`);
}

/** The version to go back to, whose file was read, and what served when it was chosen. */
interface RollbackTarget {
  version: number;
  serving: number | null;
  rollout: string | null;
}

async function rollbackTarget(
  { sql, files }: MoveDeps,
  { model, to }: MoveRequest & { to?: number },
): Promise<RollbackTarget> {
  const [serving, running] = await Promise.all([servingVersion(sql, model), runningRollout(sql, model)]);
  const rollout = running?.id ?? null;
  const version = to ?? running?.champion;
  if (version !== undefined) {
    await needReadable(files, await getVersion(sql, model, version));
    return { version, serving, rollout };
  }
  const good = await firstReadable(files, await knownGoods(sql, model));
  if (good) return { version: good.version, serving, rollout };
  throw new ConflictError(`Cannot roll back "${model}": no earlier good version is kept`);
}

/** @returns null: what serves is not what it was when the target was chosen */
async function rollBackOnto(
  tx: Sql,
  request: MoveRequest,
  { version, serving, rollout }: RollbackTarget,
): Promise<ServingMove | null> {
  const { model, requestId } = request;
  await lockServing(tx, model);
  const done = await moveOf(tx, model, requestId);
  if (done) return done;
  const running = await runningRollout(tx, model);
  if (await servingVersion(tx, model) !== serving || (running?.id ?? null) !== rollout) return null;
  if (running && version === running.champion) return await abort(tx, running, request);
  return await move(tx, { ...request, expected: serving, version, kind: "roll back" });
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

/** Lets any kept version serve, once its file was read and is good. @throws {ConflictError} it cannot be read */
export async function promote(
  { sql, files }: MoveDeps,
  request: MoveRequest & { version: number },
): Promise<ServingMove> {
  const done = await moveOf(sql, request.model, request.requestId);
  if (done) return done;
  const version = await getVersion(sql, request.model, request.version);
  if (isDrillVersion(version)) {
    throw new ConflictError(
      `Cannot promote version ${request.version} of "${request.model}": a drill made it worse on purpose`,
    );
  }
  await needReadable(files, version);
  return await inTransaction(sql, async (tx) => {
    const expected = await servingVersion(tx, request.model);
    return await move(tx, { ...request, expected, kind: "promote" });
  });
}

/** Returns every version to fall back to, the last known good one first, that the registry knows to be kept. */
export async function knownGoods(sql: Sql, model: string): Promise<ModelVersion[]> {
  const history = await servingChanges(sql, model);
  const previous = [...new Set(history.flatMap((m) => m.previous ?? []))];
  const versions = await Promise.all(previous.map((version) => getVersion(sql, model, version)));
  const left = new Map(versions.filter((v) => v.artefactRemovedAt === null).map((v) => [v.version, v]));
  const inOrder: ModelVersion[] = [];
  for (let next = lastKnownGood(history, (v) => left.has(v)); next !== null;) {
    inOrder.push(left.get(next)!);
    left.delete(next);
    next = lastKnownGood(history, (v) => left.has(v));
  }
  return inOrder;
}

/** {@link lastKnownGood} of a model, by what the registry knows; one that is marked as damaged is passed over. */
export async function knownGood(sql: Sql, model: string): Promise<number | null> {
  const versions = await knownGoods(sql, model);
  return versions.find(({ damagedAt }) => damagedAt === null)?.version ?? null;
}

async function move(
  tx: Sql,
  { model, version, expected, kind, requestId, by, why, asOf }: MoveRequest & {
    version: number;
    expected: number | null;
    kind: "roll back" | "promote";
  },
): Promise<ServingMove> {
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
