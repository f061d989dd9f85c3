import type { ModelVersion, ServingMove } from "../registry/version.ts";

/** What a version is to its model; `stateWord` says it as people read it. */
export type VersionStatus =
  | "serving"
  | "file damaged"
  | "drill"
  | "rolled back"
  | "file removed"
  | "retired"
  | "rejected"
  | "candidate"
  | "reference";

type VersionFacts = Pick<ModelVersion, "version" | "cycleId" | "state" | "damagedAt" | "artefactRemovedAt">;

/** Whether a version was made worse on purpose, to see that it is rolled back. */
export const isDrillVersion = ({ cycleId }: Pick<ModelVersion, "cycleId">): boolean =>
  cycleId.startsWith("drill/");

/** Returns the status of a version, as every page and command has it. */
export function versionStatus(
  version: VersionFacts,
  { serving, rolledBack }: { serving: number | null; rolledBack: boolean },
): VersionStatus {
  if (version.version === serving) return "serving";
  if (version.damagedAt) return "file damaged";
  if (isDrillVersion(version)) return "drill";
  if (rolledBack) return "rolled back";
  if (version.artefactRemovedAt) return "file removed";
  return version.state === "deployed" ? "retired" : version.state;
}

/** Whether a person may let a version serve: its file is there and whole, and it was not made worse on purpose. */
export const isPromotable = (version: Omit<VersionFacts, "state">, serving: number | null): boolean =>
  version.version !== serving && version.damagedAt === null && version.artefactRemovedAt === null &&
  !isDrillVersion(version);

/** What became of a version's file. */
export const fileText = (
  { damagedAt, artefactRemovedAt }: Pick<VersionFacts, "damagedAt" | "artefactRemovedAt">,
) => damagedAt ? "damaged" : artefactRemovedAt ? "no longer kept" : "kept";

/**
 * Whether the newest that happened to a version is that it was rolled back.
 * @param moves newest first
 */
export function wasRolledBack(version: number, moves: readonly ServingMove[]): boolean {
  const last = moves.find((move) =>
    move.kind !== "share" && (move.version === version || move.previous === version)
  );
  return last?.kind === "roll back" && last.previous === version;
}
