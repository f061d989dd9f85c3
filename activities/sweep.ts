import { type SweepDeps, sweepFiles, type Swept } from "../src/app/retention/sweep.ts";
export type { SweepDeps, Swept };

export const createSweepActivities = (deps: SweepDeps) => ({
  /** Deletes files of the artefact store that nothing has named for a day. */
  sweepArtefacts: (): Promise<Swept> => sweepFiles(deps),
});
