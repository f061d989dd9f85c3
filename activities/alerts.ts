import { deliver, type DeliveryDeps, type DeliveryResult } from "../src/app/alerts/deliver.ts";
import { settleAlerts } from "../src/app/alerts/settle.ts";
import { type Settlement } from "../src/alerts/alert.ts";
import { wantedFromDrift, wantedFromPerformance, wantedFromQuality } from "../src/alerts/wanted.ts";
import { escalateAlerts, listAlerts } from "../src/db/alerts/alerts.ts";
import { dueDeliveries } from "../src/db/alerts/deliveries.ts";
import { listObservations } from "../src/db/monitoring/observations.ts";
import { type Observation } from "../src/monitoring/observation.ts";
import { servingVersion } from "../src/db/models/serving.ts";
import { DriftReport } from "../src/drift/report.ts";
import { PerformanceReport } from "../src/performance/report.ts";
import { QualityReport } from "../src/quality/report.ts";
import type { ActivityDeps } from "./deps.ts";

const OPEN_MAX = 1000;

/** The alerts that each kind of look calls for. */
const WANTED: Readonly<Record<Observation["kind"], (report: unknown) => Settlement>> = {
  quality: (report) => wantedFromQuality(QualityReport.parse(report)),
  drift: (report) => wantedFromDrift(DriftReport.parse(report)),
  performance: (report) => wantedFromPerformance(PerformanceReport.parse(report)),
};

export const createAlertActivities = (deps: DeliveryDeps & Pick<ActivityDeps, "models">) => ({
  /** Opens and closes alerts by the newest looks, each of which counts once, and escalates. */
  async settleAlerts(): Promise<{ opened: number }> {
    const { sql, clock } = deps;
    const notify = { channels: [...deps.channels.keys()], nowMs: clock() };
    for (const { id, kind, report } of await newestLooks(deps)) {
      await settleAlerts(sql, WANTED[kind](report), { observation: id, ...notify });
    }
    await escalateAlerts(sql, notify);
    return { opened: (await listAlerts(sql, { limit: OPEN_MAX })).length };
  },

  /** @returns ids of deliveries that nobody has sent yet */
  dueDeliveries: ({ limit }: { limit: number }): Promise<string[]> =>
    dueDeliveries(deps.sql, { nowMs: deps.clock(), limit }),

  /** Sends one delivery. A retry sends it under the same id; one that was sent or given up is not sent again. */
  deliver: ({ id }: { id: string }): Promise<DeliveryResult> => deliver(deps, id),
});

/** The newest look at the events, and those at what serves now: what was said of another version no longer matters. */
async function newestLooks({ sql, models }: Pick<ActivityDeps, "sql" | "models">): Promise<Observation[]> {
  const looks = await listObservations(sql, { kind: "quality", model: null, limit: 1 });
  for (const model of models.keys()) {
    const version = await servingVersion(sql, model);
    for (const kind of ["performance", "drift"] as const) {
      const [look] = await listObservations(sql, { kind, model, limit: 1 });
      if (look?.report.version === version) looks.push(look);
    }
  }
  return looks;
}
