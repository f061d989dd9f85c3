import type { Predictor } from "../src/serving/prediction.ts";
import { createCheckActivities } from "./check.ts";
import { forTemporal } from "./context.ts";
import { createDeployActivities } from "./deploy.ts";
import type { ActivityDeps } from "./deps.ts";
import { createReplayActivities } from "./replay.ts";
import { createReportActivities } from "./report.ts";
import { createRetrainerActivities } from "./retrainer.ts";
import { createSnapshotActivities } from "./snapshot.ts";
import { createTrainActivities } from "./train.ts";
import { createValidateActivities } from "./validate.ts";

/** Everything workflows can ask of the world. */
export const createActivities = (deps: ActivityDeps & { predictor: Predictor }) =>
  forTemporal({
    ...createCheckActivities(deps),
    ...createSnapshotActivities(deps),
    ...createTrainActivities(deps),
    ...createValidateActivities(deps),
    ...createDeployActivities(deps),
    ...createReportActivities(deps),
    ...createRetrainerActivities(deps),
    ...createReplayActivities(deps),
  });
export type Activities = Omit<ReturnType<typeof createActivities>, keyof ReplayActivities>;
export type ReplayActivities = ReturnType<typeof createReplayActivities>;
