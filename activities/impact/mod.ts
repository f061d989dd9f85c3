import { DAY_MS } from "../../src/core/time.ts";
import { type Deployment, listDeployments, saveImpact } from "../../src/db/cycles/impacts.ts";
import type { ImpactEvidence, ImpactStage } from "../../src/impact/impact_evidence.ts";
import { reportOf } from "../../src/impact/report.ts";
import { sealValue } from "../../src/registry/sealed.ts";
import { currentAsOf } from "../../src/app/as_of.ts";
import { modelAndConfig } from "../context.ts";
import type { ActivityDeps } from "../deps.ts";
import { outcomesEvidence, validationEvidence } from "./impact_evidence.ts";

/** Newest deployments that are looked at; older ones were, long ago. */
const DEPLOYMENTS_MAX = 100;

export const createImpactActivities = (deps: ActivityDeps) => ({
  /**
   * Measures what deployments changed: each once on the rows it was validated on, and once on the first horizon of
   * outcomes after it, when that is complete. Finds by itself what is due, so a retry goes on where it stood and a
   * failure is made up for by the next cycle.
   * @param asOf null: the installation's own clock decides
   */
  async measureImpact(
    { model, asOf }: { model: string; asOf: string | null },
  ): Promise<{ measured: number }> {
    const { sql, clock } = deps;
    const { config } = await modelAndConfig(deps, model);
    const asOfMs = asOf === null ? await currentAsOf(sql, clock) : Date.parse(asOf);
    const moment = new Date(asOfMs).toISOString();
    let measured = 0;
    for (const deployment of await listDeployments(sql, { model, asOf: moment, limit: DEPLOYMENTS_MAX })) {
      const isComplete = firstCutoffMs(deployment) + config.horizon_days * DAY_MS <= asOfMs;
      for (const stage of isComplete ? ["validation", "outcomes"] as const : ["validation"] as const) {
        if (deployment.measured.includes(stage)) continue;
        await measure(deps, { model, deployment, stage });
        measured++;
      }
    }
    return { measured };
  },
});

/** The first midnight at which the version served: its first horizon of outcomes begins there. */
const firstCutoffMs = ({ asOf }: Deployment) => Math.ceil(Date.parse(asOf) / DAY_MS) * DAY_MS;

async function measure(
  deps: ActivityDeps,
  { model, deployment, stage }: { model: string; deployment: Deployment; stage: ImpactStage },
): Promise<void> {
  const evidence = stage === "validation"
    ? await validationEvidence(deps, { model, ...deployment })
    : await outcomesEvidence(deps, { model, ...deployment, cutoffMs: firstCutoffMs(deployment) });
  const { cycleId, version, previous: against } = deployment;
  const about = { cycleId, stage, model, version, against, codeVersion: deps.codeVersion };
  if (typeof evidence === "string") {
    await saveImpact(deps.sql, { ...about, report: null, unmeasured: evidence, evidenceSha256: null });
  } else {
    const evidenceSha256 = await sealValue(deps.store, evidence satisfies ImpactEvidence);
    await saveImpact(deps.sql, { ...about, report: reportOf(evidence), unmeasured: null, evidenceSha256 });
  }
}
