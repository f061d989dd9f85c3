import type { Predictor } from "../src/serving/prediction.ts";
import type { SignalPolicy } from "../src/app/control/admit.ts";
import type { DeliveryDeps } from "../src/app/alerts/deliver.ts";
import { createAlertActivities } from "./alerts.ts";
import { createApproveActivities } from "./approve.ts";
import { createBacktestActivities } from "./backtest/mod.ts";
import type { LiveWorkflows } from "./backtest/live.ts";
import { createScopes, type OpenScope, scoped, type ScopedDeps } from "./backtest/scopes.ts";
import { type CleanupActivityDeps, createCleanupActivities } from "./cleanup.ts";
import { createCheckActivities } from "./check.ts";
import { forTemporal } from "./context.ts";
import { createDeployActivities } from "./deploy.ts";
import type { ObserveDeps } from "./deps.ts";
import { createFederatedActivities } from "./federated/mod.ts";
import type { FederatedDeps } from "./federated/deps.ts";
import { createImpactActivities } from "./impact/mod.ts";
import { createMonitorActivities } from "./monitor.ts";
import { tellingOfFailure } from "./nightly.ts";
import { createObserveActivities } from "./observe/mod.ts";
import { createRecalibrateActivities } from "./recalibrate.ts";
import { createPrivacyActivities, type PrivacyDeps } from "./privacy.ts";
import { createReconcileActivities, type ReconcileDeps } from "./reconcile.ts";
import { createReportActivities } from "./report.ts";
import { createRetrainerActivities } from "./retrainer.ts";
import { createRolloutActivities } from "./rollout/mod.ts";
import { createShardActivities } from "./shards.ts";
import { createSnapshotActivities } from "./snapshot.ts";
import { createSweepActivities, type SweepDeps } from "./sweep.ts";
import { createTrainActivities } from "./train.ts";
import { createValidateActivities } from "./validate.ts";

/** The dependencies of a worker. */
export type WorkerDeps =
  & ObserveDeps
  & DeliveryDeps
  & ReconcileDeps
  & SweepDeps
  & PrivacyDeps
  & CleanupActivityDeps
  & FederatedDeps
  & {
    predictor: Predictor;
    /** whose signals are obeyed */
    signals: SignalPolicy;
    openScope: OpenScope;
    liveWorkflows: LiveWorkflows;
    /** policies of a backtest that are walked at once */
    policyRunsAtOnce: number;
  };

/** The activities of cycles, on what serves or on a backtest's scope. */
const createCycleActivities = (deps: ScopedDeps) => ({
  ...createObserveActivities(deps),
  ...createCheckActivities(deps),
  ...createSnapshotActivities(deps),
  ...createTrainActivities(deps),
  ...createShardActivities(deps),
  ...createRecalibrateActivities(deps),
  ...createValidateActivities(deps),
  ...createDeployActivities(deps),
  ...createApproveActivities(deps),
  ...createRolloutActivities(deps),
  ...createReportActivities(deps),
  ...createImpactActivities(deps),
});

/** Everything workflows can ask of the world. */
export const createActivities = (deps: WorkerDeps) => {
  const scopes = createScopes(deps);
  const inScope = (scope: string) => ({
    ...createCycleActivities(scopes.depsOf(scope)),
    measureImpact: () => Promise.resolve({ measured: 0 }), // a backtest compares policies, not versions
  });
  return forTemporal({
    ...scoped(createCycleActivities(scopes.depsOf()), inScope),
    ...createRetrainerActivities(deps),
    ...createFederatedActivities(deps),
    ...createMonitorActivities(deps),
    ...createAlertActivities(deps),
    ...createReconcileActivities(deps),
    ...tellingOfFailure(deps, "sweep", createSweepActivities(deps)),
    ...createPrivacyActivities(deps),
    ...tellingOfFailure(deps, "cleanup", createCleanupActivities(deps)),
    ...createBacktestActivities(deps, scopes),
  });
};
export type Activities = Omit<ReturnType<typeof createActivities>, keyof BacktestActivities>;
export type BacktestActivities = ReturnType<typeof createBacktestActivities>;
