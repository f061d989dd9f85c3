import { NotFoundError } from "../../core/errors.ts";
import { type Manifest, ModelVersion } from "../../registry/version.ts";
import { inTransaction, type Sql } from "../connect.ts";
import { readRows } from "../read_rows.ts";

const columns = (sql: Sql) =>
  sql`model, version, cycle_id, state, artefact_sha256, manifest, damaged_at, artefact_removed_at, created_at`;

/** Registers what a cycle trained under the next free number; a repeated call returns the number given first. */
export async function addVersion(
  sql: Sql,
  { manifest, artefactSha256, state = "candidate" }: {
    manifest: Manifest;
    artefactSha256: string;
    state?: ModelVersion["state"];
  },
): Promise<number> {
  const { model, cycleId } = manifest;
  return await inTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext(${"version of " + model}))`;
    const [known] =
      await tx`select version from model_versions where model = ${model} and cycle_id = ${cycleId}`;
    if (known) return known.version;
    const manifestJson = tx.json(manifest);
    const [row] =
      await tx`insert into model_versions (model, version, cycle_id, state, artefact_sha256, manifest)
      select ${model}, coalesce(max(version), 0) + 1, ${cycleId}, ${state}, ${artefactSha256}, ${manifestJson}
      from model_versions where model = ${model} returning version`;
    return row.version;
  });
}

/** Replaces what a version that never served would serve with: its refitted artefact, and the manifest that says so. @returns whether it did */
export async function updateCandidate(
  sql: Sql,
  { model, version, manifest, artefactSha256 }: {
    model: string;
    version: number;
    manifest: Manifest;
    artefactSha256: string;
  },
): Promise<boolean> {
  const manifestJson = sql.json(manifest);
  const updated =
    await sql`update model_versions set manifest = ${manifestJson}, artefact_sha256 = ${artefactSha256}
    where model = ${model} and version = ${version} and state <> 'deployed'`;
  return updated.count === 1;
}

/** Returns what the signature of a version covers, as the database holds it, and the signature; null: it has none. */
export async function versionSeal(
  sql: Sql,
  model: string,
  version: number,
): Promise<{ artefactSha256: string; manifest: string; signature: string | null }> {
  const [row] = await sql`select artefact_sha256, manifest::text as manifest, signature from model_versions
    where model = ${model} and version = ${version}`;
  if (!row) throw new NotFoundError(`version of ${model}`, String(version));
  return { artefactSha256: row.artefactSha256, manifest: row.manifest, signature: row.signature };
}

/** Stores the signature of a version. */
export async function saveSignature(
  sql: Sql,
  model: string,
  version: number,
  signature: string,
): Promise<void> {
  await sql`update model_versions set signature = ${signature} where model = ${model} and version = ${version}`;
}

/** Lists the versions that nobody signed. */
export async function unsignedVersions(sql: Sql): Promise<{ model: string; version: number }[]> {
  const rows =
    await sql`select model, version from model_versions where signature is null order by model, version`;
  return rows.map(({ model, version }) => ({ model, version }));
}

/** Says what became of a version. */
export async function setVersionState(
  sql: Sql,
  model: string,
  version: number,
  state: ModelVersion["state"],
): Promise<void> {
  await sql`update model_versions set state = ${state} where model = ${model} and version = ${version}`;
}

/** Notes that a version's file is not what was written. */
export async function markDamaged(sql: Sql, model: string, version: number): Promise<void> {
  await sql`update model_versions set damaged_at = coalesce(damaged_at, now())
    where model = ${model} and version = ${version}`;
}

/** Notes that a version's file is what was written after all. */
export async function unmarkDamaged(sql: Sql, model: string, version: number): Promise<void> {
  await sql`update model_versions set damaged_at = null
    where model = ${model} and version = ${version} and damaged_at is not null`;
}

/** Returns versions whose file is marked as damaged, or has an open alert. Uses index `alerts_open_once`. */
export async function doubtedVersions(sql: Sql): Promise<ModelVersion[]> {
  const rows = await sql`select ${columns(sql)} from model_versions v
    where damaged_at is not null or exists
      (select from alerts a where a.closed_at is null and a.key = 'damaged/' || v.model || '/' || v.version)
    order by model, version desc`;
  return readRows(ModelVersion, rows);
}

/** Returns the versions that answer now, those of a rollout too. */
export async function servingVersions(sql: Sql): Promise<ModelVersion[]> {
  const rows = await sql`select ${columns(sql)} from model_versions v
    where exists (select from serving s where s.model = v.model
      and (s.version = v.version or s.arms @> jsonb_build_array(jsonb_build_object('version', v.version))))
    order by model, version`;
  return readRows(ModelVersion, rows);
}

/** Notes that a version's file was deleted because enough newer backups exist. */
export async function markRemoved(sql: Sql, model: string, version: number): Promise<void> {
  await sql`update model_versions set artefact_removed_at = coalesce(artefact_removed_at, now())
    where model = ${model} and version = ${version}`;
}

const NAMED = 5;

/** Says which versions there are instead: the newest. */
async function noVersion(sql: Sql, model: string, version: number): Promise<NotFoundError> {
  const rows = await sql`select version from model_versions where model = ${model}
    order by version desc limit ${NAMED}`;
  return new NotFoundError(`version of ${model}`, String(version), rows.map((row) => String(row.version)));
}

/** @throws {NotFoundError} if the model has no such version */
export async function getVersion(sql: Sql, model: string, version: number): Promise<ModelVersion> {
  const columnList = columns(sql);
  const [row] =
    await sql`select ${columnList} from model_versions where model = ${model} and version = ${version}`;
  if (!row) throw await noVersion(sql, model, version);
  return ModelVersion.parse(row);
}

/** The version a cycle trained, or null before it did. */
export async function versionOfCycle(sql: Sql, cycleId: string): Promise<ModelVersion | null> {
  const [row] = await sql`select ${columns(sql)} from model_versions where cycle_id = ${cycleId}`;
  return readRows(ModelVersion, row ? [row] : []).at(0) ?? null;
}

/** Selects versions by what people wrote to them; left out: all. */
export interface VersionFilter {
  tag?: string;
  /** in the note, a tag or the algorithm, in capitals or not */
  text?: string;
}

/** Versions of a model, newest first. */
export async function listVersions(
  sql: Sql,
  model: string,
  limit = 1000,
  filter: VersionFilter = {},
): Promise<ModelVersion[]> {
  const which = filter.tag === undefined && filter.text === undefined ? sql`true` : noted(sql, filter);
  const rows = await sql`select ${columns(sql)} from model_versions v where model = ${model} and ${which}
    order by version desc limit ${limit}`;
  return readRows(ModelVersion, rows);
}

const noted = (sql: Sql, { tag, text = "" }: VersionFilter) =>
  sql`exists (select from (select v.model, v.version) it
    left join version_notes n on n.model = it.model and n.version = it.version
    where ${tag === undefined ? sql`true` : sql`${tag} = any(n.tags)`} and
      position(lower(${text}) in lower(
        concat_ws(' ', n.note, array_to_string(n.tags, ' '), v.manifest ->> 'candidate'))) > 0)`;

/** The importance of each feature to a version: the relative rise of its loss when the feature is shuffled. */
type Importance = Record<string, number>;

/** Returns the stored importance, or null. */
export async function findImportance(sql: Sql, model: string, version: number): Promise<Importance | null> {
  const [row] =
    await sql`select importance from model_versions where model = ${model} and version = ${version}`;
  return row?.importance ?? null;
}

/** Keeps what was found out first. @returns what is kept */
export async function saveImportance(
  sql: Sql,
  model: string,
  version: number,
  importance: Importance,
): Promise<Importance> {
  const [row] = await sql`update model_versions set importance = coalesce(importance, ${sql.json(importance)})
    where model = ${model} and version = ${version} returning importance`;
  return row.importance;
}
