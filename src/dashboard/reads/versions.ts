import { knownGood } from "../../app/registry/moves.ts";
import { type OutOfUse, readOutOfUse } from "../../app/registry/retire.ts";
import { servingHistory } from "../../db/models/serving.ts";
import { getVersion, listVersions } from "../../db/models/versions.ts";
import type { ModelVersion, ServingMove } from "../../registry/version.ts";
import type { DashboardDeps } from "../deps.ts";
import { nullIfNotFound } from "../null_if_not_found.ts";

/** Reads for the pages about models. */
export interface VersionReads {
  /** null: the model has no such version */
  version(model: string, version: number): Promise<ModelVersion | null>;
  /** the newest ones, newest first */
  versions(model: string): Promise<ModelVersion[]>;
  /** every change of what serves, newest first */
  moves(model: string): Promise<ServingMove[]>;
  /** the version to fall back to from the serving one; null: there is none */
  knownGood(model: string): Promise<number | null>;
  /** models that are retired, or whose file is gone */
  outOfUse(): Promise<OutOfUse>;
}

const VERSIONS_SHOWN = 200;

/** Answers them from Postgres. */
export const versionReads = ({ sql, modelSet }: DashboardDeps): VersionReads => ({
  version: (model, version) => nullIfNotFound(getVersion(sql, model, version)),
  versions: (model) => listVersions(sql, model, VERSIONS_SHOWN),
  moves: (model) => servingHistory(sql, model),
  knownGood: (model) => knownGood(sql, model),
  outOfUse: () => readOutOfUse(sql, modelSet),
});
