import { Buffer } from "node:buffer";
import { ConflictError, InvalidInputError, NotFoundError } from "../../core/errors.ts";
import { writeAudit } from "../../db/access/audit.ts";
import { type Database, inTransaction, type Sql } from "../../db/connect.ts";
import { addBrought, deleteBrought, listBrought } from "../../db/models/brought.ts";
import { broughtFault, broughtModel } from "../../models/brought.ts";
import type { ModelDefinition } from "../../models/model.ts";
import type { BroughtRecipe } from "../../models/recipe.ts";
import type { ArtefactStore } from "../../registry/artefacts.ts";
import type { BroughtCandidate } from "../../registry/brought_candidate.ts";

/** A person brings a trained model; `requestId` has it stand in the audit once. */
export interface BringRequest {
  name: string;
  file: Uint8Array;
  inputs: Parameters<typeof broughtModel>[0]["inputs"];
  missing: number;
  trainedUntil: string;
  requestId: string;
  by: string;
  why: string;
}

/** So many may wait for a gate or compete: each of them costs every training of the model. */
const BROUGHT_MAX = 8;

/**
 * Brings a trained model to a running installation: the next cycle of the model puts it to the gate.
 * @throws {InvalidInputError} its file or its inputs cannot be used: says why
 * @throws {ConflictError} a candidate has its name, or there are too many
 */
export async function bringModel(
  { sql, store }: { sql: Database; store: Pick<ArtefactStore, "put"> },
  model: ModelDefinition,
  { requestId, by, why, ...brought }: BringRequest,
): Promise<BroughtCandidate> {
  const recipe = broughtModel(brought);
  const { name, inputs, missing, trainedUntil } = recipe;
  const cannot = `Cannot bring "${name}" to "${model.name}"`;
  const fault = broughtFault(recipe, model);
  if (fault !== null) throw new InvalidInputError(`${cannot}: ${fault}`, "file");
  if (model.candidates.some((candidate) => candidate.name === name)) {
    throw new ConflictError(`${cannot}: the file of the model has a candidate of this name`);
  }
  const fileSha256 = await store.put(brought.file); // before the row: a file that nothing names is swept after a day
  return await inTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext(${"brought to " + model.name}))`;
    const before = await listBrought(tx, model.name);
    if (before.length >= BROUGHT_MAX) {
      throw new ConflictError(`${cannot}: it has ${before.length} already; withdraw one first`);
    }
    const added = {
      model: model.name,
      name,
      inputs: [...inputs],
      missing,
      trainedUntil,
      fileSha256,
      by,
      why,
    };
    if (!await addBrought(tx, added)) {
      throw new ConflictError(`${cannot}: there is one of this name; withdraw it first`);
    }
    const after = { name, fileSha256, trainedUntil, inputs: inputs.map(({ feature }) => feature) };
    await writeAudit(tx, { requestId, who: by, action: "bring", target: model.name, why, after });
    return (await listBrought(tx, model.name)).find((candidate) => candidate.name === name)!;
  });
}

/** Takes a brought model out of trainings; versions of it stay as they are. @throws {NotFoundError} there is none */
export async function withdrawModel(
  sql: Database,
  { model, name, requestId, by, why }: Record<"model" | "name" | "requestId" | "by" | "why", string>,
): Promise<void> {
  await inTransaction(sql, async (tx) => {
    const known = await listBrought(tx, model);
    if (!await deleteBrought(tx, model, name)) {
      throw new NotFoundError("brought model", name, known.map((candidate) => candidate.name));
    }
    const before = { name, fileSha256: known.find((candidate) => candidate.name === name)?.fileSha256 };
    await writeAudit(tx, { requestId, who: by, action: "withdraw", target: model, why, before });
  });
}

/** Candidates of a training that people brought. */
export interface BroughtRecipes {
  recipes: BroughtRecipe[];
  /** the one that this cycle puts to the gate if it can run; null: the best candidate goes there */
  challenger: string | null;
}

/**
 * Reads what people brought, for one training. The oldest that no cycle has put to the gate is its challenger; a retry,
 * and the training on all rows after the gate, name the same one. @throws {ArtefactError} a file cannot be read
 */
export async function broughtRecipes(
  { sql, store }: { sql: Sql; store: Pick<ArtefactStore, "get"> },
  { name: model, candidates }: Pick<ModelDefinition, "name" | "candidates">,
  cycleId: string,
): Promise<BroughtRecipes> {
  const brought = (await listBrought(sql, model))
    .filter(({ name }) => candidates.every((candidate) => candidate.name !== name));
  const mine = brought.find(({ challengedBy }) => challengedBy === cycleId) ??
    brought.find(({ challengedBy }) => challengedBy === null);
  const recipes = await Promise.all(
    brought.map(async ({ name, fileSha256, inputs, missing, trainedUntil }) => {
      const file = Buffer.from(await store.get(fileSha256)).toString("base64");
      return { family: "brought" as const, name, file, inputs, missing, trainedUntil };
    }),
  );
  return { recipes, challenger: mine?.name ?? null };
}
