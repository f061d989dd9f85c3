import type { ModelStatus } from "../../retraining/status.ts";
import { LiveTime } from "./live_time.tsx";
import { statusText } from "../../../components/rollout_labels.ts";

/** Lists what is under way towards serving: a rollout that runs, a version that waits for a person. A line each. */
export function Pending({ models }: { models: readonly ModelStatus[] }) {
  return (
    <>
      {models.map(({ model, rollout }) =>
        rollout && (
          <p key={rollout.id}>
            {model}: <a href={`/rollouts/${rollout.id}`}>{statusText(rollout)}</a>.{" "}
            <small>{rollout.text}</small>
          </p>
        )
      )}
      {models.map(({ model, approval }) =>
        approval && (
          <p key={`${model} ${approval.version}`}>
            {model}: <a href="/rollouts#approvals">version {approval.version} waits for your approval</a>{" "}
            until <LiveTime iso={approval.expiresAt} as="moment" />.
          </p>
        )
      )}
    </>
  );
}
