import { maskPersonal } from "../../core/personal_text.ts";
import { VersionNote } from "../../registry/version_note.ts";
import type { Sql } from "../connect.ts";
import { readRows } from "../read_rows.ts";

const columns = (sql: Sql) => sql`model, version, note, tags, by, at`;

/** Returns what people wrote to a version, or null. */
export async function findNote(sql: Sql, model: string, version: number): Promise<VersionNote | null> {
  const rows = await sql`select ${columns(sql)} from version_notes
    where model = ${model} and version = ${version}`;
  return readRows(VersionNote, rows).at(0) ?? null;
}

/** Lists what people wrote to the versions of a model, newest version first. */
export async function listNotes(sql: Sql, model: string): Promise<VersionNote[]> {
  const rows = await sql`select ${columns(sql)} from version_notes
    where model = ${model} order by version desc`;
  return readRows(VersionNote, rows);
}

/** Replaces what was written to a version; addresses and numbers of persons in it are masked. */
export async function saveNote(
  sql: Sql,
  { model, version, note, tags, by }: Omit<VersionNote, "at">,
): Promise<VersionNote> {
  const rows = await sql`insert into version_notes (model, version, note, tags, by)
    values (${model}, ${version}, ${maskPersonal(note)}, ${tags}, ${by})
    on conflict (model, version) do update
      set note = excluded.note, tags = excluded.tags, by = excluded.by, at = now()
    returning ${columns(sql)}`;
  return readRows(VersionNote, rows)[0];
}
