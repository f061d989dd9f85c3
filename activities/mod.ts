import type { Predictor } from "../src/serving/prediction.ts";
import type { DeliveryDeps } from "../src/alerts/deliver.ts";
import { createAlertActivities } from "./alerts.ts";
import { createApproveActivities } from "./approve.ts";
import { createCheckActivities } from "./check.ts";
import { forTemporal } from "./context.ts";
import { createDeployActivities } from "./deploy.ts";
import type { ObserveDeps } from "./deps.ts";
import { createImpactActivities } from "./impact.ts";
import { createMonitorActivities } from "./monitor.ts";
import { createObserveActivities } from "./observe.ts";
import { createReplayActivities } from "./replay.ts";
import { createReportActivities } from "./report.ts";
import { createRetrainerActivities } from "./retrainer.ts";
import { createRolloutActivities } from "./rollout.ts";
import { createSnapshotActivities } from "./snapshot.ts";
import { createTrainActivities } from "./train.ts";
import { createValidateActivities } from "./validate.ts";

/** What a worker is given. */
export type WorkerDeps = ObserveDeps & DeliveryDeps & { predictor: Predictor };

/** Everything workflows can ask of the world. */
export const createActivities = (deps: WorkerDeps) =>
  forTemporal({
    ...createObserveActivities(deps),
    ...createCheckActivities(deps),
    ...createSnapshotActivities(deps),
    ...createTrainActivities(deps),
    ...createValidateActivities(deps),
    ...createDeployActivities(deps),
    ...createApproveActivities(deps),
    ...createRolloutActivities(deps),
    ...createReportActivities(deps),
    ...createRetrainerActivities(deps),
    ...createReplayActivities(deps),
    ...createMonitorActivities(deps),
    ...createAlertActivities(deps),
    ...createImpactActivities(deps),
  });
export type Activities = Omit<ReturnType<typeof createActivities>, keyof ReplayActivities>;
export type ReplayActivities = ReturnType<typeof createReplayActivities>;
