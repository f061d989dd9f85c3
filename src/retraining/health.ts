import type { Alert } from "../alerts/alert.ts";
import type { Check } from "./check.ts";
import type { ServingMove } from "../registry/version.ts";
import type { Cycle } from "./cycle.ts";
import { cycleText } from "./cycle_text.ts";
import type { Health } from "./status.ts";

/** The facts that a model's health follows from. */
interface HealthInput {
  /** the newest change of what serves; null: nothing ever served */
  move: Pick<ServingMove, "kind" | "version" | "previous" | "why" | "at"> | null;
  /** the newest cycle that ended */
  lastCycle: Cycle | null;
  lastCheck: Pick<Check, "reasons"> | null;
  /** open ones of this model */
  alerts: readonly Pick<Alert, "title" | "kind" | "severity" | "openedAt">[];
}

/** A person is asked, or a version was set aside: what serves does as well as before. */
const NO_TROUBLE = new Set<Alert["kind"]>(["approval", "rollout"]);

/** Judges a model's health. What needs a person soonest comes first; a later success clears an earlier failure. */
export function healthOf({ move, lastCycle, lastCheck, alerts }: HealthInput): Health {
  if (lastCycle?.outcome === "failed") {
    return { state: "failed", text: `${cycleName(lastCycle)}: ${cycleText(lastCycle)}` };
  }
  if (move === null) {
    const obstacle = lastCheck?.reasons.find(({ code }) => code === "nothing to learn");
    const text = obstacle?.text ??
      "No version is deployed yet: the first training needs enough labelled rows";
    return { state: "no model yet", text };
  }
  const troubles = alerts.filter((alert) => isTrouble(alert, move));
  const broken = troubles.find(({ kind, severity }) => severity === "critical" && STATES[kind] === undefined);
  if (broken) return { state: "needs attention", text: broken.title };
  if (move.kind === "roll back") return { state: "rolled back", text: rolledBack(move) };
  const slipped = lastCheck?.reasons.find((r) => r.code === "performance" && r.speaks === "for");
  if (slipped) return { state: "slipped", text: slipped.text };
  const trouble = troubles.find(({ severity }) => severity === "critical") ?? troubles.at(0);
  if (trouble) return { state: STATES[trouble.kind] ?? "needs attention", text: trouble.title };
  if (move.kind === "promote") return { state: "promoted by hand", text: promotedByHand(move) };
  return { state: "healthy", text: `v${move.version} is serving` };
}

/** The state that an open alert of a kind stands for; any other kind needs attention. */
const STATES: Partial<Record<Alert["kind"], Health["state"]>> = {
  rollback: "rolled back",
  degradation: "slipped",
  drift: "drifting",
};

/** A rollback says nothing of what was deployed or promoted after it. */
const isTrouble = (
  { kind, severity, openedAt }: HealthInput["alerts"][number],
  { at }: NonNullable<HealthInput["move"]>,
): boolean =>
  !NO_TROUBLE.has(kind) && severity !== "info" &&
  (kind !== "rollback" || Date.parse(openedAt) >= Date.parse(at));

const rolledBack = ({ version, previous, why }: NonNullable<HealthInput["move"]>) =>
  `v${previous} was rolled back; v${version} serves again${why ? `: ${why}` : ""}`;
const promotedByHand = ({ version, previous, why }: NonNullable<HealthInput["move"]>) =>
  `v${version} was promoted by hand${previous === null ? "" : ` over v${previous}`}${why ? `: ${why}` : ""}`;
const cycleName = ({ number }: Cycle) => `Cycle ${number}`;
