import { writeAudit } from "../../db/access/audit.ts";
import { type Database, inTransaction } from "../../db/connect.ts";
import { findNote, saveNote } from "../../db/models/version_notes.ts";
import { getVersion } from "../../db/models/versions.ts";
import type { VersionNote } from "../../registry/version_note.ts";

/** A person's words about a version; `requestId` has them written once. */
export interface NoteRequest {
  model: string;
  version: number;
  /** left out: stays as it is */
  note?: string;
  /** left out: stay as they are */
  tags?: readonly string[];
  requestId: string;
  by: string;
}

/** Writes note and tags of a version, and both states into the audit. @throws {NotFoundError} there is no such version */
export async function noteVersion(
  sql: Database,
  { model, version, note, tags, requestId, by }: NoteRequest,
): Promise<VersionNote> {
  await getVersion(sql, model, version);
  return await inTransaction(sql, async (tx) => {
    const before = await findNote(tx, model, version);
    const kept = tags ?? before?.tags ?? [];
    const written = await saveNote(tx, {
      model,
      version,
      note: note ?? before?.note ?? "",
      tags: [...new Set(kept)].sort(),
      by,
    });
    await writeAudit(tx, {
      requestId,
      who: by,
      action: "note",
      target: `${model} v${version}`,
      why: "",
      before: told(before),
      after: told(written),
    });
    return written;
  });
}

const told = (note: VersionNote | null) => ({ note: note?.note ?? "", tags: note?.tags ?? [] });
