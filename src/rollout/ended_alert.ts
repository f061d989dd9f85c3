import type { RolloutDecision } from "./decision.ts";
import { isDrill, type Rollout, type RolloutLook } from "./rollout.ts";

/**
 * Returns the alert about the end of a rollout; null: it went as planned, or a person or another deployment
 * ended it.
 * @param last the newest look; null: nobody looked
 */
export function endedAlert(
  { id, model, state, champion, challengers, plan, asOf, endedWhy: why }: Rollout,
  last: Pick<RolloutLook, "decision" | "evidence"> | null,
) {
  if (last?.decision.kind !== ENDING[state]) return null;
  const [version] = challengers;
  const detail = { rollout: id, asOf, version, champion, strategy: plan.strategy, why };
  const alert = (kind: "rollback" | "rollout", severity: "info" | "warning" | "critical", title: string) => ({
    key: `${kind}/${id}`,
    kind,
    model,
    severity,
    detail,
    title: `${model}: ${title}`,
  });
  if (state === "rolled back" && isDrill(id)) {
    return alert("rollback", "info", `the drill went well: ${why}; version ${champion} serves everyone`);
  }
  if (isDrill(id)) {
    const todo =
      "What can be told of so few shoppers is too little: more time, a larger share, or stronger noise";
    return alert(
      "rollout",
      "info",
      `the drill failed, its worse version was not taken back: ${why}. ${todo}`,
    );
  }
  if (state === "rolled back") {
    const todo = `Version ${champion} serves again. Review its cycle: validation had let it pass`;
    return alert("rollback", "critical", `taken back from its ${plan.strategy} rollout: ${why}. ${todo}`);
  }
  if (state === "held") {
    const todo =
      `Version ${champion} serves everyone; to let it serve all the same: perennial promote ${model} ${version}`;
    return alert("rollout", "warning", `version ${version} was set aside: ${why}. ${todo}`);
  }
  if (last.evidence.days < plan.daysMax) return null;
  const todo = `To go back: perennial rollback ${model}`;
  return alert("rollout", "warning", `version ${version} serves everyone without proof: ${why}. ${todo}`);
}

/** The decision of a look that ends a rollout so. */
const ENDING: Readonly<Record<Rollout["state"], RolloutDecision["kind"] | null>> = {
  "running": null,
  "promoted": "promote",
  "rolled back": "roll back",
  "held": "hold",
  "superseded": null,
};
