import { InsufficientDataError, InvalidInputError } from "../../src/core/errors.ts";
import { beginStage, saveChallenger, saveProgress } from "../../src/db/cycles/cycles.ts";
import { addMessage, openRound } from "../../src/db/federated/rounds.ts";
import { getFederatedRun, saveParticipants } from "../../src/db/federated/runs.ts";
import { versionOfCycle } from "../../src/db/models/versions.ts";
import type { RoundKey } from "../../src/federated/run.ts";
import type { TrainResult } from "../train.ts";
import { readCheckpoint } from "./checkpoint.ts";
import type { FederatedDeps } from "./deps.ts";
import { messageOfStep, type ParticipantStep } from "./participant.ts";
import { close, settle, type SettledStep } from "./rounds.ts";
import { createRunRows } from "./rows.ts";
import { registerFederated } from "./version.ts";

export interface OpenedRun {
  participants: string[];
  rounds: number;
  /** the first that is not closed */
  next: number;
  deadlineSeconds: number;
}

/** Federated rounds. Each step can be repeated: what was kept or settled first stands. */
export const createFederatedActivities = (deps: FederatedDeps) => {
  const rowsOf = createRunRows(deps);
  return {
    /** Settles who takes part, and says how far the run is. @throws {InsufficientDataError} too few can */
    async openFederatedRun({ run: id }: { run: string }): Promise<OpenedRun> {
      const { sql } = deps;
      const { plan, cycleId } = await getFederatedRun(sql, id);
      await beginStage(sql, cycleId!, "train");
      const { regions, model } = await rowsOf(id);
      if (model.kind !== "classification") {
        throw new InvalidInputError(`Cannot train ${model.name} in rounds: it is no classification`, "model");
      }
      const participants = await saveParticipants(sql, id, [...regions.keys()]);
      const { leastParticipants, rounds, deadlineSeconds } = plan;
      if (participants.length < leastParticipants) {
        const what = `regions of ${plan.leastShoppers} shoppers and more for federated rounds`;
        throw new InsufficientDataError(what, participants.length, leastParticipants);
      }
      const checkpoint = await readCheckpoint(deps, id);
      return { participants, rounds, next: checkpoint === null ? 0 : checkpoint.round + 1, deadlineSeconds };
    },

    /** One step of one participant, on its own rows. @returns whether its message came in time */
    async federatedStep(step: ParticipantStep): Promise<{ inTime: boolean }> {
      const { sql, store } = deps;
      await openRound(sql, step);
      const sha256 = await store.put(await messageOfStep(deps, step, rowsOf));
      return { inTime: await addMessage(sql, step, { ...step, sha256 }) };
    },

    /** Ends a step: who sent nothing by now is left out. @throws {InsufficientDataError} too few are left */
    async settleFederatedStep(step: RoundKey & { step: SettledStep }): Promise<{ participants: string[] }> {
      return { participants: await settle(deps, step) };
    },

    /** Sums what a round's participants sent, and keeps the weights that follow. */
    async closeFederatedRound(key: RoundKey): Promise<void> {
      const { sql } = deps;
      await close(deps, key, rowsOf);
      const { plan, cycleId } = await getFederatedRun(sql, key.run);
      const text = `federated, round ${key.round} of ${plan.rounds}`;
      await saveProgress(sql, cycleId!, { fraction: key.round / plan.rounds, text });
    },

    /** Makes a version of what the rounds came to: one a cycle, which is validated like any other challenger. */
    async closeFederatedRun({ run: id }: { run: string }): Promise<TrainResult> {
      const { sql } = deps;
      const run = await getFederatedRun(sql, id);
      if (await versionOfCycle(sql, run.cycleId!) === null) {
        await registerFederated(deps, { run, rows: await rowsOf(id) });
      }
      const { version, manifest } = (await versionOfCycle(sql, run.cycleId!))!;
      await saveChallenger(sql, run.cycleId!, version);
      return { version, candidate: manifest.candidate, rows: manifest.tested.rows };
    },
  };
};
