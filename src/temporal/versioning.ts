import type { NativeConnection, WorkerDeploymentOptions } from "@temporalio/worker";
import { sleep } from "../core/deadline.ts";
import { messageOf } from "../core/errors.ts";

/** A build of the workers of a task queue, which Temporal calls a version of a deployment. */
export interface Build {
  /** task queue of workflows */
  deploymentName: string;
  buildId: string;
}

/** A worker of a build; workflows go over to the current build with their next task. */
export const versionedBy = (build: Build): WorkerDeploymentOptions => ({
  version: build,
  useWorkerVersioning: true,
  defaultVersioningBehavior: "AUTO_UPGRADE",
});

type Service = Pick<
  NativeConnection["workflowService"],
  "describeWorkerDeploymentVersion" | "setWorkerDeploymentCurrentVersion"
>;

const NEVER_CURRENT = 1; // WORKER_DEPLOYMENT_VERSION_STATUS_INACTIVE
const TRIED_EVERY_MS = 2_000;

/**
 * Makes a build the current one, if it never was: a worker of an older release that is started again changes nothing. Where
 * the build has no worker yet for a queue that the current one serves, Temporal refuses, and it is tried again.
 * @returns whether it was made the current one now
 */
export async function becomeCurrent(
  service: Service,
  build: Build,
  { namespace, signal, log }: { namespace: string; signal: AbortSignal; log: (line: string) => void },
): Promise<boolean> {
  let told = "";
  while (!signal.aborted) {
    try {
      const described = await service.describeWorkerDeploymentVersion({
        namespace,
        deploymentVersion: build,
      });
      if (described.workerDeploymentVersionInfo?.status !== NEVER_CURRENT) return false;
      await service.setWorkerDeploymentCurrentVersion({ namespace, ...build });
      return true;
    } catch (error) {
      const why = messageOf(error);
      if (why !== told && (error as { code?: number }).code !== NOT_FOUND) {
        log(`Build "${build.buildId}" is not the current one yet: ${why}`);
      }
      told = why;
      await sleep(TRIED_EVERY_MS);
    }
  }
  return false;
}

/** Temporal knows a build once a worker of it has polled. */
const NOT_FOUND = 5;
