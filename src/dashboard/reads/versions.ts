import { knownGood } from "../../app/registry/moves.ts";
import { type OutOfUse, readOutOfUse } from "../../app/registry/retire.ts";
import { readModelCard } from "../../app/reports/model_card.ts";
import { listNotes } from "../../db/models/version_notes.ts";
import type { Document } from "../../format/document.ts";
import type { VersionNote } from "../../registry/version_note.ts";
import { servingHistory } from "../../db/models/serving.ts";
import { getVersion, listVersions, type VersionFilter } from "../../db/models/versions.ts";
import type { ModelVersion, ServingMove } from "../../registry/version.ts";
import type { DashboardDeps } from "../deps.ts";
import { nullIfNotFound } from "../null_if_not_found.ts";

/** Reads for the pages about models. */
export interface VersionReads {
  /** null: the model has no such version */
  version(model: string, version: number): Promise<ModelVersion | null>;
  /** the newest ones, newest first */
  versions(model: string, filter?: VersionFilter): Promise<ModelVersion[]>;
  /** what people wrote to versions of the model, newest version first */
  notes(model: string): Promise<VersionNote[]>;
  /** null: there is no such model or version */
  modelCard(model: string, version: number): Promise<Document | null>;
  /** every change of what serves, newest first */
  moves(model: string): Promise<ServingMove[]>;
  /** the version to fall back to from the serving one; null: there is none */
  knownGood(model: string): Promise<number | null>;
  /** models that are retired, or whose file is gone */
  outOfUse(): Promise<OutOfUse>;
}

const VERSIONS_SHOWN = 200;

/** Answers them from Postgres. */
export const versionReads = ({ sql, modelSet, models }: DashboardDeps): VersionReads => ({
  notes: (model) => listNotes(sql, model),
  modelCard: (model, version) => nullIfNotFound(readModelCard({ sql, models }, model, version)),
  version: (model, version) => nullIfNotFound(getVersion(sql, model, version)),
  versions: (model, filter) => listVersions(sql, model, VERSIONS_SHOWN, filter),
  moves: (model) => servingHistory(sql, model),
  knownGood: (model) => knownGood(sql, model),
  outOfUse: () => readOutOfUse(sql, modelSet),
});
