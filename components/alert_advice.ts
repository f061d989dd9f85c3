/** What to do about an alert, and where: the same on the overview and on the page of alerts. */
import type { Alert } from "../src/alerts/alert.ts";

interface Link {
  href: string;
  link: string;
}

/** Advice about an alert, and where to follow it. */
interface Advice {
  text: string;
  links: Link[];
}

type About = Pick<Alert, "kind" | "model" | "detail">;

const advice = (text: string, ...links: Link[]): Advice => ({ text, links });

const versionsOf = ({ model }: About): Link => ({
  href: `/versions${model ? `#${model}` : ""}`,
  link: "Versions",
});
const cyclesOf = ({ model }: About): Link => ({
  href: `/cycles${model ? `?model=${model}` : ""}`,
  link: "Cycles",
});

/** The cycle that an alert is about; else the list of its model's. */
function cycleOf(alert: About): Link {
  const { cycleId } = alert.detail;
  return typeof cycleId === "string" ? { href: `/cycles/${cycleId}`, link: "Cycle" } : cyclesOf(alert);
}

/** Where a version was taken back: its cycle or rollout, and the two versions beside each other. */
function rollbackLinks(alert: About): Link[] {
  const { rollout, cycleId, version, previous, champion } = alert.detail;
  const other = previous ?? champion;
  const compare = typeof version === "number" && typeof other === "number"
    ? [{
      href: `/versions/compare?model=${alert.model}&a=${other}&b=${version}`,
      link: `Compare v${version} with v${other}`,
    }]
    : [];
  if (typeof rollout === "string") return [{ href: `/rollouts/${rollout}`, link: "Rollout" }, ...compare];
  return typeof cycleId === "string" || compare.length > 0
    ? [cycleOf(alert), ...compare]
    : [{ href: "/rollouts", link: "Rollouts" }];
}

/** Returns the advice about an alert of each kind. */
export function adviceOn(alert: About): Advice {
  const { kind } = alert;
  switch (kind) {
    case "degradation":
    case "predictive":
      return advice(
        "The trigger retrains automatically once labelled rows confirm it. Roll back if an earlier version did better.",
        versionsOf(alert),
      );
    case "drift":
      return advice(
        "No action needed yet: inputs warn, outcomes decide. Review which features drifted, and whether the shop changed.",
        { href: `/monitoring${alert.model ? `?model=${alert.model}` : ""}#inputs`, link: "Inputs" },
      );
    case "quality":
      return advice(
        "Fix the source of the events, or accept the finding if the data are correct. Until then no model is trained on these rows.",
        { href: "/monitoring#quality", link: "Findings" },
      );
    case "cycle failed":
      return advice(
        "Read the reason, fix it, then run a cycle. The serving version keeps serving.",
        cycleOf(alert),
      );
    case "rollback":
    case "rollout":
      return advice(
        "The earlier version serves. Review what the new one did worse before another is deployed.",
        ...rollbackLinks(alert),
      );
    case "approval":
      return advice("Approve or reject: it does not serve before.", {
        href: "/rollouts#approvals",
        link: "Approvals",
      });
    case "damaged":
      return advice(
        "Restore the file from a backup, or promote another version: this one cannot be loaded.",
        versionsOf(alert),
      );
    case "stalled worker":
      return advice(
        "Start a worker (perennial worker, or up) and read its log. The serving version keeps serving.",
      );
    case "audit":
      return advice("Compare it with the log and the webhook: perennial audit verify.", {
        href: "/audit",
        link: "Audit",
      });
    case "undelivered change":
      return advice("Check that Temporal runs; the change is sent as soon as it answers.");
    case "missed check":
      return advice("Check that Temporal and a worker run; the missed check runs once they do.");
    case "lost workflow":
      return advice("Check that Temporal answers; lost workflows are restarted every minute.");
    case "missing model":
      return advice("Put the file back and start again, or retire the model.", {
        href: "/versions#out-of-use",
        link: "Models",
      });
    case "cleanup failed":
      return advice(
        "Mend what the alert names, then run: perennial cleanup. Until then the disk only fills.",
      );
    case "extension":
      return advice("Mend or remove the file, and start again. perennial extensions lists all files.");
    case "server restarted":
      return advice("Read the end of its log in the installation's folder, and check the space on its disk.");
    case "model":
      return advice("Review the model's cycles.", cyclesOf(alert));
    default:
      return kind satisfies never;
  }
}
