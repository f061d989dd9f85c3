import { createActivities } from "../../../activities/mod.ts";
import { type Point, POINTS } from "./kills.ts";

/** Every activity there is: a new one is in the matrix by itself. */
export const ACTIVITIES: readonly string[] = Object.keys(createActivities({ models: new Map() } as never));

/** Activities that the story does not come to, and who tries their repetition instead. */
export const NOT_REACHED: Readonly<Record<string, string>> = {
  alertDropped: "called when a signal was dropped after hours of trying: tests/workflows",
  recalibrateChallenger: "wants months of outcomes that call for it: tests/activities/recalibrate_test.ts",
  deployChallenger: "called by workflows of releases before 0.3 only: tests/activities",
  noteControl: "called by workflows of releases before 0.5 only, for what admitControl does now",
  ...Object.fromEntries(
    ["forgetPerson", "erasePersonRows", "redactPersonFiles", "dropPersonBlocks", "closePrivacyRequest"]
      .map((name) => [name, "the story has no privacy request yet"]),
  ),
  ...Object.fromEntries(
    [
      "openFederatedRun",
      "federatedStep",
      "settleFederatedStep",
      "closeFederatedRound",
      "closeFederatedRun",
    ].map((
      name,
    ) => [name, "the story has one region: tests/workflows/federated_test.ts kills a worker in rounds"]),
  ),
  ...Object.fromEntries(
    ["chooseOnSample", "cutShard", "sumShard", "closeShardRound", "closeShardTraining"]
      .map((
        name,
      ) => [name, "the shop is too small for shards: tests/workflows/distributed_training_test.ts"]),
  ),
};

/** Activities of backtests: a story of minutes, which the suite leaves to `deno task chaos`. */
const ONLY_IN_BACKTESTS: ReadonlySet<string> = new Set([
  "openBacktest",
  "openLane",
  "planStep",
  "decideStep",
  "checkLive",
  "trainStep",
  "recordStep",
  "closeLane",
  "closeBacktest",
]);

/** Plans one kill of each activity in a life; over three turns each meets every point. */
export function planOf(
  activities: readonly string[],
  { turn, backtests }: { turn: number; backtests: boolean },
): Map<string, Point> {
  const reached = activities.filter((name) => !(name in NOT_REACHED));
  const lived = reached.filter((name) => backtests || !ONLY_IN_BACKTESTS.has(name));
  return new Map(lived.map((name, i) => [name, POINTS[(i + turn) % POINTS.length]]));
}
