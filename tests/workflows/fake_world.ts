/** A world in memory for the workflows: what activities were asked, and what they are told to answer. */
import { ApplicationFailure, Context } from "@temporalio/activity";
import type { Activities } from "../../activities/mod.ts";
import type { ApprovalResult } from "../../activities/approve.ts";
import type { CheckInput } from "../../activities/check.ts";
import type { ControlNote, DroppedNote, RetrainerNote } from "../../activities/retrainer.ts";
import type { Answer } from "../../src/retraining/check.ts";
import type { Verdict } from "../../src/validation/verdict.ts";

/** One model's world. */
export class World {
  /** what the activities were asked, oldest first */
  readonly controls: ControlNote[] = [];
  readonly dropped: DroppedNote[] = [];
  readonly shown: RetrainerNote[] = [];
  readonly checks: (CheckInput & { scope?: string; atMs: number })[] = [];
  /** cycle activities in the order in which they began and ended, as `train`, `train ended` */
  readonly steps: string[] = [];
  readonly outcomes: string[] = [];
  impacts = 0;

  /** what they answer */
  intervalMs = 3_600_000;
  answer: Answer = "retrain";
  verdict: Verdict = "promote";
  /** whether there are rows enough to recalibrate on */
  recalibrates = true;
  /** whether a federated training was asked for */
  federated = false;
  /** whether rows are divided over shards, and divided again before the version serves */
  shards?: { refits: boolean };
  /** id of the rollout that a deployment begins; null: it serves at once */
  rollout: string | null = null;
  /** what looks at the rollout come to, oldest first; the last one stays */
  looks: { ended: boolean; text: string }[] = [{ ended: true, text: "proven" }];
  /** what a person decides; undefined: nobody is asked */
  approval?: Omit<ApprovalResult, "text">;
  cyclesEnded = 0;
  /** whether signals that nobody signed are obeyed */
  obeysUnsigned = true;
  /** activities that fail, with what is thrown; a function is asked anew at each attempt */
  readonly failing = new Map<string, () => Error | undefined>();
  #gates = new Map<string, PromiseWithResolvers<void>>();

  /** Makes a step wait until `release(step)`, or until it is cancelled. */
  hold(step: string): void {
    this.#gates.set(step, Promise.withResolvers());
  }
  release(step: string): void {
    this.#gates.get(step)?.resolve();
    this.#gates.delete(step);
  }

  async run<T>(step: string, result: () => T): Promise<T> {
    this.steps.push(step);
    const error = this.failing.get(step)?.();
    if (error) throw error;
    const gate = this.#gates.get(step);
    if (gate) await this.#wait(gate.promise);
    this.steps.push(`${step} ended`);
    return result();
  }

  /** Cancellation reaches an activity with the answer to a heartbeat; the training is slow to hear of it. */
  async #wait(gate: Promise<void>): Promise<void> {
    const context = Context.current();
    const beats = setInterval(() => context.heartbeat(), 100);
    try {
      await Promise.race([gate, context.cancelled]);
    } catch (error) {
      await new Promise((done) => setTimeout(done, 300));
      this.steps.push("cancellation heard");
      throw error;
    } finally {
      clearInterval(beats);
    }
  }
}

/** What a retry cannot mend. */
export const hopeless = (message: string) => ApplicationFailure.nonRetryable(message, "Hopeless");

/** Activities of a retrainer and its cycles; the monitor and privacy requests have tests of their own. */
type OfRetrainers = Omit<
  Activities,
  | "planLooks"
  | "pruneLooks"
  | "settleAlerts"
  | "dueDeliveries"
  | "deliver"
  | "forgetPerson"
  | "erasePersonRows"
  | "redactPersonFiles"
  | "dropPersonBlocks"
  | "closePrivacyRequest"
  | "federatedStep"
  | "settleFederatedStep"
  | "closeFederatedRound"
>;

/** Activities that work on the world of the model they are asked about. */
export function fakeActivities(worldOf: (model: string) => World): OfRetrainers {
  const ofCycle = (cycleId: string) => worldOf(cycleId.split("/")[1]);
  const trained = { version: 1, candidate: "linear", rows: 100 };
  return {
    judgeDeployment: ({ model }) => worldOf(model).run("judge", () => ({ text: "nothing to judge" })),
    observeEvents: ({ asOf }) =>
      Promise.resolve({ asOf: asOf ?? "2011-06-01T00:00:00.000Z", observations: ["events"], text: "sound" }),
    observeModel: ({ model, asOf }) => {
      const alarm = worldOf(model).answer === "fix data first" ? "it fell" : null;
      return Promise.resolve({ asOf, observations: ["model"], text: "holds", alarm });
    },
    checkTrigger: (input) => {
      const world = worldOf(input.model);
      world.checks.push({ ...input, atMs: performance.now() });
      const asOf = input.asOf ?? "2011-06-01T00:00:00.000Z";
      return world.run("check", () => ({ answer: world.answer, asOf, text: `because: ${world.answer}` }));
    },
    takeSnapshot: ({ model }) =>
      worldOf(model).run("snapshot", () => ({
        snapshotId: "s",
        rows: 120,
        trainRows: 100,
        testRows: 20,
        ...worldOf(model).federated ? { federated: `run/${model}` } : {},
        ...worldOf(model).shards
          ? { distributed: { shards: 2, why: "100 rows", ...worldOf(model).shards! } }
          : {},
      })),
    openFederatedRun: ({ run }) => {
      const opened = { participants: [], rounds: 0, next: 1, deadlineSeconds: 10 };
      return ofCycle(run).run("open rounds", () => opened);
    },
    closeFederatedRun: ({ run }) =>
      ofCycle(run).run("close rounds", () => ({ ...trained, candidate: "federated" })),
    chooseOnSample: ({ model, refit }) =>
      worldOf(model).run(
        `choose, ${refit ? "all rows" : "older rows"}`,
        () => ({ draft: "d", artefact: "a", state: "s0" }),
      ),
    cutShard: ({ shard }) => Promise.resolve({ file: `f${shard}` }),
    sumShard: ({ state, file }) => Promise.resolve({ sum: `${state}/${file}` }),
    closeShardRound: ({ cycleId, state, sums }) =>
      ofCycle(cycleId).run(
        sums.join(),
        () => ({ draft: "d", artefact: "a", state: "s1", round: 1, isDone: state === "s1" }),
      ),
    closeShardTraining: ({ model }) => worldOf(model).run("close shards", () => trained),
    trainChallenger: ({ model }) => worldOf(model).run("train", () => trained),
    recalibrateChallenger: ({ model }) => {
      const world = worldOf(model);
      return world.run(
        "recalibrate",
        () =>
          world.recalibrates
            ? { version: 1, candidate: "linear, recalibrated", text: "recalibrated on 60 rows" }
            : { version: null, candidate: null, text: "12 labelled rows, 50 needed to recalibrate" },
      );
    },
    validateChallenger: ({ model }) => {
      const world = worldOf(model);
      return world.run("validate", () => ({ verdict: world.verdict, why: `it is ${world.verdict}` }));
    },
    refitChallenger: ({ model }) => worldOf(model).run("refit", () => trained),
    smokeTest: ({ model }) => worldOf(model).run("smoke test", () => ({ asked: 64 })),
    deployChallenger: ({ cycleId }) => ofCycle(cycleId).run("deploy", () => ({ version: 1 })),
    askForApproval: ({ cycleId }) => {
      const world = ofCycle(cycleId);
      return world.run("ask", () => ({ asked: world.approval !== undefined }));
    },
    readApproval: ({ cycleId }) => {
      const world = ofCycle(cycleId);
      return world.run("read approval", () => ({ text: "by ann: no", ...world.approval! }) as ApprovalResult);
    },
    beginDeployment: ({ cycleId }) => {
      const world = ofCycle(cycleId);
      return world.run("deploy", () => ({ version: 1, rollout: world.rollout }));
    },
    beginRolloutByHand: ({ model }) => worldOf(model).run("begin rollout", () => undefined),
    lookAtRollout: ({ rollout, look, asOf }) => {
      const world = ofCycle(rollout);
      const [found, ...more] = world.looks;
      if (more.length > 0) world.looks = more;
      return world.run(
        `look ${look}${asOf ? ` as of ${asOf}` : ""}`,
        () => ({ ...found, waitMs: world.intervalMs }),
      );
    },
    concludeRollout: ({ rollout }) =>
      ofCycle(rollout).run("conclude", () => ({ state: "promoted", text: "proven" })),
    replayTraffic: ({ model }) => worldOf(model).run("traffic", () => ({ shoppers: 3 })),
    reportCycle: async ({ model, outcome }) => {
      const world = worldOf(model);
      await world.run("report", () => world.outcomes.push(outcome));
      world.cyclesEnded++;
    },
    measureImpact: async ({ model }) => {
      const world = worldOf(model);
      const error = world.failing.get("measureImpact")?.();
      if (error) throw error;
      world.impacts++;
      return await Promise.resolve({ measured: 0 });
    },
    noteRetrainer: async (note) => {
      const world = worldOf(note.model);
      const error = world.failing.get("noteRetrainer")?.();
      if (error) throw error;
      world.shown.push(note);
      return await Promise.resolve({ nextCycle: world.cyclesEnded + 1, intervalMs: world.intervalMs });
    },
    sweepArtefacts: () =>
      Promise.resolve({ files: 0, orphans: 0, orphanBytes: 0, deleted: 0, deletedBytes: 0 }),
    cleanUp: () => Promise.resolve([]),
    reconcile: () => Promise.resolve({ mended: [], troubles: [] }),
    noteControl: async (note) => {
      await Promise.resolve(worldOf(note.model).controls.push(note));
    },
    admitControl: async (signal) => {
      const world = worldOf(signal.model);
      const error = world.failing.get("admitControl")?.();
      if (error) throw error;
      const isSigned = signal.signature !== undefined;
      const by = isSigned ? signal.by : "unknown";
      world.controls.push({ ...signal, by });
      return await Promise.resolve({ obey: isSigned || world.obeysUnsigned, by });
    },
    alertDropped: async (dropped) => {
      await Promise.resolve(worldOf(dropped.model).dropped.push(dropped));
    },
  };
}
