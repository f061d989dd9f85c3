import type { Rollout } from "./rollout.ts";

/** Under this key a rollout's end is an alert. */
export const rolloutKey = (id: string): string => `rollout/${id}`;

/**
 * What a person should know about the end of a rollout; null: it went as planned, or something else was made to serve.
 * @param options.days how long it took until its last look
 */
export function endedAlert(
  { id, model, state, champion, challengers, plan, asOf, endedWhy: why }: Rollout,
  { days }: { days: number },
) {
  const [version] = challengers;
  const detail = { rollout: id, asOf, version, champion, strategy: plan.strategy, why };
  if (state === "rolled back") {
    const title = `${model}: version ${version} was taken back from its ${plan.strategy} rollout: ${why}. ` +
      `Version ${champion} serves everyone; nothing to do but to ask why validation let it pass`;
    return { key: `rollback/${id}`, kind: "rollback", model, severity: "critical", title, detail } as const;
  }
  if (state === "held") {
    const title =
      `${model}: version ${version} was set aside: ${why}. Version ${champion} serves everyone; ` +
      `to let it serve all the same: perennial promote ${model} ${version}`;
    return { key: rolloutKey(id), kind: "rollout", model, severity: "warning", title, detail } as const;
  }
  if (state === "promoted" && days >= plan.daysMax) {
    const title = `${model}: version ${version} serves everyone without proof: ${why}. ` +
      `To go back: perennial rollback ${model}`;
    return { key: rolloutKey(id), kind: "rollout", model, severity: "warning", title, detail } as const;
  }
  return null;
}
