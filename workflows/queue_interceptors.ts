import { workflowInfo, type WorkflowInterceptorsFactory } from "@temporalio/workflow";
import { kindOf, queueOf } from "./queues.ts";

/** Sends each activity to the queue of its kind of work. Histories in which it stood on another one replay all the same. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [{
    scheduleActivity(input, next) {
      const taskQueue = queueOf(workflowInfo().taskQueue, kindOf(input.activityType));
      return next({ ...input, options: { ...input.options, taskQueue } });
    },
  }],
});
