import { ProgressBar } from "../../../components/status_badge.tsx";
import { moment } from "../../../src/format/times.ts";
import { percent } from "../../../src/format/numbers.ts";
import { isPaused } from "../../../components/rollout_labels.ts";
import type { Rollout } from "../../../src/rollout/rollout.ts";

/** The shares that a rollout passes through: of a canary its plan's, then everyone; of the others what they have to show. */
function stationsOf({ plan: { strategy, shares, ab } }: Rollout): string[] {
  if (strategy === "canary") return [...shares.map((share) => percent(share)), "everyone"];
  if (strategy === "shadow") return ["shown to nobody", "everyone"];
  if (strategy === "ab") return [percent(ab.share), "everyone"];
  return ["shares move", "everyone"];
}

/** Where a rollout is on its way to everyone, and how it ended. */
export function RolloutSteps({ rollout }: { rollout: Rollout }) {
  const { state, step, stepAsOf, endedAt } = rollout;
  const stations = stationsOf(rollout);
  const isRunning = state === "running";
  const now = state === "promoted" ? stations.length : Math.min(step, stations.length - 2);
  return (
    <ol class="stages few" aria-label="Steps of the rollout">
      {stations.map((station, i) => {
        const stage = i < now ? "done" : i === now ? "now" : "waiting";
        const ended = i === now && !isRunning;
        return (
          <li key={station} data-stage={stage} aria-current={i === now && isRunning ? "step" : undefined}>
            {i < stations.length - 1 && <ProgressBar grown={i < now ? 1 : 0} />}
            <b>{station}</b>
            <small>
              {ended
                ? `${state}${endedAt ? ` ${moment(endedAt, "day")}` : ""}`
                : i === now
                ? `${isPaused(rollout) ? "paused, here " : ""}since ${moment(stepAsOf, "day")}`
                : null}
            </small>
          </li>
        );
      })}
    </ol>
  );
}
