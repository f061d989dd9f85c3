import type { Rollout, RolloutPause } from "./rollout.ts";

/** The key of the alert about a rollout that stays paused. */
export const pauseKey = (id: string): string => `rollout/${id}/paused`;

/** The alert about a rollout that is paused for longer than was meant. */
export function pauseAlert(
  { id, model, champion, challengers, asOf, plan }: Rollout,
  { at, until, by, why }: RolloutPause,
) {
  const [version] = challengers;
  return {
    key: pauseKey(id),
    kind: "rollout" as const,
    model,
    severity: "warning" as const,
    title: `${model}: the rollout of version ${version} is still paused; ${by} meant it to last until ${
      until.slice(0, 16).replace("T", " ")
    } UTC. Resume it (perennial rollouts resume ${model}), promote version ${version}, or roll it back`,
    detail: { rollout: id, asOf, version, champion, strategy: plan.strategy, pausedAt: at, until, by, why },
  };
}
