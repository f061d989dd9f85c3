/** States of an installation, each with the headline that every face has of it. */
import type { Alert } from "../../src/alerts/alert.ts";
import type { ModelStatus, Status } from "../../src/retraining/status.ts";
import { fixtureDashboard, makeFixture } from "./fixture.ts";

const full = await fixtureDashboard(makeFixture()).status();
const [churn] = full.models;
const quiet: ModelStatus = {
  ...churn,
  running: null,
  approval: null,
  rollout: null,
  openAlerts: 0,
  samples: { collected: 640, needed: 100, since: churn.samples.since },
};
export const version = churn.serving!.version;

const health = (state: ModelStatus["health"]["state"], text = "the reason") => ({ health: { state, text } });
export const one = (changes: Partial<ModelStatus>): ModelStatus => ({ ...quiet, ...changes });
const spending = (changes: Partial<ModelStatus> = {}): ModelStatus => one({ model: "spending", ...changes });
const both = (changes: Partial<ModelStatus>) => ({ models: [one(changes), spending(changes)] });

const waiting = { collected: 10, needed: 100, since: null };
const none = { serving: null, lastCycle: null, lastCheck: null, ...health("no model yet"), outcomes: {} };
const data = (openFindings: number, answer: NonNullable<Status["data"]>["answer"]) => ({
  data: { answer, openFindings, text: "what was found" },
});
const replay = (done: number, cutoff: string | null) => ({
  replay: { id: "r", cutoff, done, cutoffs: 21 },
});
const checked = (answer: NonNullable<ModelStatus["lastCheck"]>["answer"], text: string) => ({
  lastCheck: {
    answer,
    checkedAt: "2026-03-02T14:00:00.000Z",
    reasons: [{ code: "labelled rows", speaks: "against", text, evidence: {} }],
  } satisfies ModelStatus["lastCheck"],
});
const ended = (outcome: NonNullable<NonNullable<ModelStatus["lastCycle"]>["outcome"]>, text: string) => ({
  lastCycle: { ...churn.lastCycle!, outcome, text },
});
const rollout = (changes: Partial<NonNullable<ModelStatus["rollout"]>>) => ({
  rollout: {
    id: "rollout/churn/v24-1a2b3c4d",
    strategy: "canary" as const,
    version: 24,
    share: 0.1,
    startedAt: "2026-03-01T10:00:00.000Z",
    drill: false,
    paused: null,
    text: "too few shoppers to tell",
    ...changes,
  },
});
const quarantine = { quarantine: { waiting: 60, accepted: 40 } };
const PAUSE = { by: "ann", until: "2026-03-05T10:00:00.000Z", why: "sale" };
const installation = (openAlerts: number) => ({
  installation: { openAlerts, text: "No worker takes the tasks of training" },
});
const approval = { version: 24, text: "better by 1 %", expiresAt: "2026-03-04T10:00:00.000Z" };

export const measured = {
  version,
  asOf: "2011-11-01T00:00:00.000Z",
  metrics: [{
    metric: "accuracy",
    value: 0.763,
    low: 0.737,
    high: 0.789,
    rows: 950,
    shoppers: 950,
    atDeployment: 0.74,
  }],
};

/** What is so, and the headline that every face has of it. */
export const SITUATIONS: readonly [name: string, facts: Partial<Status>, headline: string][] = [
  ["nothing is known", { models: [] }, "No models yet."],
  [
    "the shop is fresh",
    both({ ...none, samples: waiting }),
    "Churn and spending have no model yet and are waiting for data.",
  ],
  [
    "history is being imported",
    both({ ...none, samples: { ...waiting, collected: 99 } }),
    "Churn and spending have no model yet and are waiting for data.",
  ],
  ["history is imported and nothing trained", { models: [one(none)] }, "Churn has no model yet."],
  [
    "the first training waits for labels",
    { models: [one({ ...none, ...checked("cannot tell yet", "0 labelled rows, 100 are needed") })] },
    "Churn has no model yet and is waiting for labels.",
  ],
  [
    "the first model is trained",
    { models: [one({ ...none, running: churn.running })] },
    "Churn has no model yet and is being retrained.",
  ],
  [
    "a replay begins",
    { ...both({ ...none, active: false }), ...replay(0, null) },
    "Replaying history: cut-off 0 of 21. Churn and spending have no model yet.",
  ],
  [
    "a replay is under way, with automatic checks off",
    { ...both({ active: false }), ...replay(17, "2011-08-16T00:00:00.000Z") },
    "Replaying history: cut-off 17 of 21, 16 Aug 2011. Churn and spending are healthy.",
  ],
  ["both serve", { models: [quiet, spending()] }, "Churn and spending are healthy."],
  ["what serves is measured", { models: [one({ measured })] }, "Churn is healthy."],
  [
    "a model waits for data",
    { models: [one({ samples: waiting })] },
    "Churn is healthy and is waiting for data.",
  ],
  [
    "both are stopped",
    both({ active: false }),
    "Churn and spending are healthy. Automatic retraining is stopped for both.",
  ],
  [
    "one is stopped",
    { models: [quiet, spending({ active: false })] },
    "Churn and spending are healthy. Automatic retraining is stopped for spending.",
  ],
  [
    "a stopped model still waits for data",
    { models: [one({ active: false, samples: waiting })] },
    "Churn is healthy. Automatic retraining is stopped for churn.",
  ],
  [
    "a cycle runs",
    { models: [one({ running: churn.running }), spending()] },
    "Churn is healthy and is being retrained. Spending is healthy.",
  ],
  [
    "a version waits for approval",
    { models: [one({ approval, running: { ...churn.running!, stage: "approve" } })] },
    "Churn is healthy and is waiting for approval of v24.",
  ],
  [
    "a canary rollout runs",
    { models: [one(rollout({}))] },
    "Churn is healthy and is rolling out v24.",
  ],
  [
    "a drill runs",
    { models: [one(rollout({ id: "rollout/churn/drill-1a2b3c4d", drill: true }))] },
    "Churn is healthy and is in a drill.",
  ],
  [
    "a rollout is paused",
    { models: [one(rollout({ paused: PAUSE }))] },
    "Churn is healthy and has the rollout of v24 paused.",
  ],
  [
    "a shadow runs",
    { models: [one(rollout({ strategy: "shadow", share: 0 }))] },
    "Churn is healthy and is rolling out v24.",
  ],
  [
    "a shadow is paused",
    { models: [one(rollout({ strategy: "shadow", share: 0, paused: PAUSE }))] },
    "Churn is healthy and has the rollout of v24 paused.",
  ],
  [
    "two rollouts are paused",
    both(rollout({ paused: PAUSE })),
    "Churn and spending are healthy and have the rollout of v24 paused.",
  ],
  [
    "a rollout is paused and automatic checks are off",
    { models: [one({ ...rollout({ paused: PAUSE }), active: false })] },
    "Churn is healthy and has the rollout of v24 paused. Automatic retraining is stopped for churn.",
  ],
  [
    "a rollout is paused for too long",
    { models: [one({ ...rollout({ paused: PAUSE }), openAlerts: 1 })], openAlerts: 1 },
    "Churn is healthy and has the rollout of v24 paused.",
  ],
  [
    "a version was promoted by hand and another is rolled out",
    { models: [one({ ...health("promoted by hand"), ...rollout({}) })] },
    `Churn serves v${version}, promoted by hand, and is rolling out v24.`,
  ],
  [
    "a version was promoted by hand and outcomes say that it got worse",
    { models: [one({ ...health("slipped"), ...ended("rejected", "worse"), openAlerts: 1 })], openAlerts: 1 },
    "Churn has degraded.",
  ],
  [
    "no worker takes the tasks of a queue",
    { models: [quiet], openAlerts: 1, ...installation(1) },
    "Churn is healthy. Installation: 1 open alert.",
  ],
  [
    "no worker runs and the data are broken",
    { models: [quiet, spending()], openAlerts: 3, ...data(1, "broken"), ...installation(2) },
    "Churn and spending are healthy. Data quality: 1 open finding to fix first. Installation: 2 open alerts.",
  ],
  [
    "the shop is fresh and no worker runs",
    { ...both({ ...none, samples: waiting }), openAlerts: 1, ...installation(1) },
    "Churn and spending have no model yet and are waiting for data. Installation: 1 open alert.",
  ],
  [
    "the last model was retired and its file is missing",
    { models: [], openAlerts: 1, ...installation(1) },
    "No models yet. Installation: 1 open alert.",
  ],
  [
    "one of two models was retired while it was rolled out",
    { models: [spending()] },
    "Spending is healthy.",
  ],
  [
    "a version was rolled back and the file of what serves is damaged",
    { models: [one({ ...health("needs attention", "damaged"), openAlerts: 2 })], openAlerts: 2 },
    "Churn needs attention.",
  ],
  [
    "an import was undone after a training",
    { models: [one({ samples: { ...quiet.samples, collected: 0 } })] },
    "Churn is healthy and is waiting for data.",
  ],
  ["the challenger was rejected", { models: [one(ended("rejected", "worse"))] }, "Churn is healthy."],
  ["the answers got worse", { models: [one(health("slipped"))] }, "Churn has degraded."],
  [
    "inputs drift",
    { models: [one({ ...health("drifting"), openAlerts: 1 })], openAlerts: 1 },
    "Churn has drifting inputs.",
  ],
  [
    "an outage degraded what answers",
    {
      models: [one({ ...health("needs attention", "the file of version 14 cannot be read"), openAlerts: 2 })],
      openAlerts: 2,
    },
    "Churn needs attention.",
  ],
  [
    "an outage degraded both",
    { ...both({ ...health("needs attention"), openAlerts: 1 }), openAlerts: 2 },
    "Churn and spending need attention.",
  ],
  [
    "an alert is acknowledged and its cause goes on",
    { models: [one({ ...health("drifting", "seen"), openAlerts: 1 })], openAlerts: 1 },
    "Churn has drifting inputs.",
  ],
  [
    "the last cycle failed",
    { models: [one({ ...health("failed"), ...ended("failed", "out of memory") })] },
    `Churn failed in its last cycle; v${version} keeps serving.`,
  ],
  [
    "a failed cycle is tried again",
    { models: [one({ ...health("failed"), running: churn.running })] },
    `Churn failed in its last cycle and is being retrained; v${version} keeps serving.`,
  ],
  [
    "a version was rolled back",
    { models: [one(health("rolled back"))] },
    `Churn was rolled back to v${version}.`,
  ],
  [
    "a version was promoted by hand",
    { models: [one(health("promoted by hand"))] },
    `Churn serves v${version}, promoted by hand.`,
  ],
  [
    "a version that was promoted by hand is retrained",
    { models: [one({ ...health("promoted by hand"), running: churn.running })] },
    `Churn serves v${version}, promoted by hand, and is being retrained.`,
  ],
  [
    "a rejected version was promoted by hand",
    { models: [one({ ...health("promoted by hand"), ...ended("rejected", "worse") })] },
    `Churn serves v${version}, promoted by hand.`,
  ],
  [
    "the data are broken",
    { models: [one(checked("fix data first", "2 open findings"))], ...data(2, "broken") },
    "Churn is healthy. Data quality: 2 open findings to fix first.",
  ],
  ["what was broken is resolved", { models: [quiet], ...data(0, "broken") }, "Churn is healthy."],
  [
    "two models stand apart",
    { models: [one(health("slipped")), spending(none)] },
    "Churn has degraded. Spending has no model yet.",
  ],
  [
    "more than half of what came in is in quarantine",
    { ...both({ ...none, samples: waiting }), ...quarantine },
    "Churn and spending have no model yet and are waiting for data. " +
    "Data quality: 60 of 100 events are in quarantine.",
  ],
  [
    "all that ever came in is in quarantine",
    { ...both({ ...none, samples: waiting }), quarantine: { waiting: 1, accepted: 0 } },
    "Churn and spending have no model yet and are waiting for data. " +
    "Data quality: 1 of 1 event is in quarantine.",
  ],
  [
    "the data are broken and most of what came in is in quarantine",
    { models: [one(checked("fix data first", "1 open finding"))], ...data(1, "broken"), ...quarantine },
    "Churn is healthy. Data quality: 1 open finding to fix first; 60 of 100 events are in quarantine.",
  ],
  [
    "the last model was retired and most of what came in is in quarantine",
    { models: [], openAlerts: 1, ...quarantine, ...installation(1) },
    "No models yet. Data quality: 60 of 100 events are in quarantine. Installation: 1 open alert.",
  ],
  [
    "inputs drift, the alert is acknowledged and automatic checks are off",
    { models: [one({ ...health("drifting", "seen"), openAlerts: 1, active: false })], openAlerts: 1 },
    "Churn has drifting inputs. Automatic retraining is stopped for churn.",
  ],
  [
    "inputs drift while a rollout is paused",
    { models: [one({ ...health("drifting"), ...rollout({ paused: PAUSE }), openAlerts: 2 })], openAlerts: 2 },
    "Churn has drifting inputs and has the rollout of v24 paused.",
  ],
  [
    "a drill runs beside a version that was promoted by hand",
    {
      models: [
        one({
          ...health("promoted by hand"),
          ...rollout({ id: "rollout/churn/drill-1a2b3c4d", drill: true }),
        }),
      ],
    },
    `Churn serves v${version}, promoted by hand, and is in a drill.`,
  ],
  [
    "a drill is paused",
    {
      models: [one(rollout({ id: "rollout/churn/drill-1a2b3c4d", drill: true, paused: PAUSE }))],
    },
    "Churn is healthy and has the drill of v24 paused.",
  ],
  [
    "a version waits for approval and automatic checks are off",
    { models: [one({ approval, active: false })] },
    "Churn is healthy and is waiting for approval of v24. Automatic retraining is stopped for churn.",
  ],
  [
    "a version was rolled back and the model is stopped",
    { models: [one({ ...health("rolled back"), active: false, openAlerts: 1 }), spending()], openAlerts: 1 },
    `Churn was rolled back to v${version}. Spending is healthy. Automatic retraining is stopped for churn.`,
  ],
  [
    "one was rolled back and one promoted by hand",
    { models: [one(health("rolled back")), spending(health("promoted by hand"))] },
    `Churn was rolled back to v${version}. Spending serves v${version}, promoted by hand.`,
  ],
  [
    "the last cycles of both failed",
    both({ ...health("failed"), ...ended("failed", "out of memory") }),
    `Churn and spending failed in their last cycle; v${version} keeps serving.`,
  ],
  [
    "the first cycle failed and nothing serves",
    { models: [one({ ...none, ...health("failed"), ...ended("failed", "out of memory") })] },
    "Churn failed in its last cycle; no version serves yet.",
  ],
  [
    "a replay runs and a worker is gone",
    {
      ...both({ active: false }),
      ...replay(3, "2011-04-26T00:00:00.000Z"),
      openAlerts: 1,
      ...installation(1),
    },
    "Replaying history: cut-off 3 of 21, 26 Apr 2011. Churn and spending are healthy. " +
    "Installation: 1 open alert.",
  ],
  [
    "everything happens at once",
    {
      models: [
        one({ ...health("drifting"), running: churn.running, openAlerts: 1 }),
        spending({ active: false }),
      ],
      openAlerts: 1,
      ...data(1, "broken"),
    },
    "Churn has drifting inputs and is being retrained. Spending is healthy. " +
    "Automatic retraining is stopped for spending. Data quality: 1 open finding to fix first.",
  ],
];

const [anAlert] = makeFixture().alerts;

/** As many open alerts as a status counts. */
export const alertsOf = ({ openAlerts }: Status): Alert[] =>
  Array.from({ length: openAlerts }, (_, i) => ({ ...anAlert, id: 1 + i, model: "churn" }));

/** The whole status in a situation, without its headline. */
export const factsOf = (changes: Partial<Status>): Status => ({
  ...full,
  data: null,
  quarantine: null,
  replay: null,
  installation: null,
  openAlerts: 0,
  ...changes,
});
