import type { Sql } from "../../src/db/connect.ts";
import { addVersion } from "../../src/db/models/versions.ts";
import { FEATURE_HASH } from "../../src/features/definition.ts";
import type { VersionFiles } from "../../src/app/registry/version_files.ts";
import type { Manifest } from "../../src/registry/version.ts";

export const AS_OF = "2011-06-07T00:00:00.000Z";

/** The manifest of a version that a cycle trained, unless told otherwise. */
export function aManifest(over: Partial<Manifest> = {}): Manifest {
  const rows = { rows: 300, cutoffs: ["2011-05-10T00:00:00.000Z"], labelledThrough: AS_OF };
  return {
    model: "churn",
    cycleId: `retrainer/${over.model ?? "churn"}/cycle/1`,
    parent: null,
    asOf: AS_OF,
    snapshotId: "s1",
    snapshotHash: "s1",
    featureHash: FEATURE_HASH,
    codeVersion: "c1",
    seed: 1,
    candidate: "linear",
    recipe: { family: "linear", penalties: { class: 30 } },
    competition: [{ candidate: "linear", loss: 0.54, rows: 100 }],
    curve: [],
    tested: { sha256: "a".repeat(64), ...rows },
    served: { ...rows, refitted: false },
    targetCap: null,
    unit: "probability",
    baseline: 0.68,
    metrics: { logLoss: 0.54 },
    ...over,
  };
}

/** Files that are all good, for tests of the registry alone. */
export const goodFiles: VersionFiles = {
  read: () => Promise.resolve({} as Awaited<ReturnType<VersionFiles["read"]>>),
  needSigned: () => Promise.resolve(),
  report: () => Promise.resolve(),
};

/** Registers versions 1 to `count` of a model, each from a cycle of its own. */
export async function addVersions(sql: Sql, count: number, { model = "churn" } = {}): Promise<void> {
  for (let i = 1; i <= count; i++) {
    const manifest = aManifest({ model, cycleId: `retrainer/${model}/cycle/${i}` });
    await addVersion(sql, { manifest, artefactSha256: String(i).repeat(64).slice(0, 64) });
  }
}

/** The move that lets a version serve in place of another, by a cycle of that number. */
export const deployment = (
  version: number,
  expected: number | null,
  over: { key?: string; model?: string } = {},
) => ({
  model: "churn",
  version,
  expected,
  kind: "deploy" as const,
  key: `retrainer/churn/cycle/${version}`,
  by: "a cycle",
  why: "better",
  asOf: AS_OF,
  ...over,
});
