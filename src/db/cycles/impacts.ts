import { z } from "zod";
import { ImpactStage } from "../../impact/impact_evidence.ts";
import { ImpactReport } from "../../impact/report.ts";
import type { Sql } from "../connect.ts";

/** The impact of a cycle measured on some rows, or the reason why it could not be. */
export const StoredImpact = z.object({
  cycleId: z.string(),
  stage: ImpactStage,
  model: z.string(),
  version: z.int(),
  against: z.int().nullable(),
  report: ImpactReport.nullable(),
  unmeasured: z.string().nullable(),
  evidenceSha256: z.string().nullable(),
  codeVersion: z.string(),
});
export type StoredImpact = z.infer<typeof StoredImpact>;

/** Keeps what was measured first of a cycle and stage; a repeated call changes nothing. */
export async function saveImpact(sql: Sql, impact: StoredImpact): Promise<void> {
  const { cycleId, stage, model, version, against, report, unmeasured, evidenceSha256, codeVersion } = impact;
  const reportJson = report && sql.json(report);
  await sql`insert into impacts
      (cycle_id, stage, model, version, against, report, unmeasured, evidence_sha256, code_version)
    values (${cycleId}, ${stage}, ${model}, ${version}, ${against}, ${reportJson}, ${unmeasured},
            ${evidenceSha256}, ${codeVersion})
    on conflict (cycle_id, stage) do nothing`;
}

/** Everything that was measured of a model. Uses index `impacts_model`. */
export async function listImpacts(sql: Sql, model: string): Promise<StoredImpact[]> {
  const rows =
    await sql`select cycle_id, stage, model, version, against, report, unmeasured, evidence_sha256, code_version
    from impacts where model = ${model}`;
  return z.array(StoredImpact).parse([...rows]);
}
