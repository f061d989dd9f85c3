export { backtest, backtestLane } from "./backtest.ts";
export { cleanup } from "./cleanup.ts";
export { deliverAlert, monitor } from "./monitor.ts";
export { privacyRequest } from "./privacy.ts";
export { reconcile } from "./reconcile.ts";
export { sweep } from "./sweep.ts";
export { rollout } from "./rollout.ts";
export { retrainer } from "./retrainer.ts";
export { retrainingCycle } from "./retraining_cycle.ts";
