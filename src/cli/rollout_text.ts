import type { RolloutDetail } from "../api/messages.ts";
import type { Approval } from "../db/rollouts/approvals.ts";
import { shareText } from "../format/numbers.ts";
import { planText } from "../rollout/plan_text.ts";
import type { Rollout } from "../rollout/rollout.ts";
import { indented, minute, mood, type Paint, table } from "./format.ts";

/** Formats the shares of versions: "v7 25 %". */
const sharesText = ({ plan, shares }: Pick<Rollout, "plan" | "shares">): string =>
  plan.strategy === "shadow"
    ? shares.map(({ version }) => `v${version} not shown`).join(", ")
    : shares.map(({ version, share }) => `v${version} ${shareText(share)}`).join(", ");

const stateOf = ({ state, paused }: Rollout): string => state === "running" && paused ? "paused" : state;

/** A line for each rollout. */
export function rolloutsText(rollouts: readonly Rollout[], paint: Paint): string {
  if (rollouts.length === 0) {
    return "No rollouts yet. perennial rollouts begin MODEL VERSION; perennial config set rollout=canary";
  }
  const rows = rollouts.map((r) => [
    r.id,
    r.plan.strategy,
    mood(stateOf(r), paint),
    `v${r.challengers[0]} beside v${r.champion}`,
    r.state === "running" ? sharesText(r) : "-",
    minute(r.startedAt),
    r.endedWhy ?? r.why,
  ]);
  return table(["id", "strategy", "state", "versions", "shown to", "began", "why"], rows, paint);
}

/** One rollout: where it is, what it goes by, and its newest looks. */
export function rolloutText(rollout: RolloutDetail, paint: Paint): string {
  const { id, state, plan, champion, challengers, beganBy, why, startedAt, endedAt, endedWhy, looks } =
    rollout;
  const { paused } = rollout;
  const head = [
    `${paint("bold", id)}  ${mood(stateOf(rollout), paint)}`,
    `version ${challengers.join(", ")} beside version ${champion}, ${plan.strategy}: ${sharesText(rollout)}`,
    `began ${minute(startedAt)} by ${beganBy}${why ? `: ${why}` : ""}`,
    ...state === "running" && paused
      ? [
        `paused ${minute(paused.at)} by ${paused.by}${paused.why ? `: ${paused.why}` : ""}; meant until ${
          minute(paused.until)
        }`,
      ]
      : [],
    ...endedAt === null ? [] : [`ended ${minute(endedAt)}: ${endedWhy}`],
  ];
  const rows = looks.map((look) => [
    String(look.number),
    minute(look.asOf),
    look.decision.kind,
    look.same ? "same" : paint("red", "differs"),
    look.decision.text,
  ]);
  const looked = rows.length === 0 ? "No decisions yet" : table(
    [{ name: "look", right: true }, "as of", "decision", "reproduced", "evidence"],
    rows,
    paint,
  );
  return [...head, "", "Plan", indented(planText(plan)), "", looked].join("\n");
}

/** Prints the approvals that wait for a person, or did. */
export function approvalsText(approvals: readonly Approval[], paint: Paint): string {
  if (approvals.length === 0) return "No version is waiting for approval";
  const rows = approvals.map((a) => [
    a.model,
    String(a.version),
    a.decision === null ? paint("yellow", "waits") : mood(a.decision, paint),
    a.decision === null ? `until ${minute(a.expiresAt)}` : `${minute(a.decidedAt)} by ${a.decidedBy}`,
    a.decidedWhy ? `${a.text} (${a.decidedWhy})` : a.text,
  ]);
  return table(["model", { name: "version", right: true }, "decision", "when", "what"], rows, paint);
}
