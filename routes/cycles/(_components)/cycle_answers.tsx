import type { Cycle } from "../../../src/retraining/cycle.ts";
import { IMPORT } from "../../../src/format/import_caller.ts";
import { signed } from "../../../src/format/numbers.ts";
import { duration, moment, msBetween } from "../../../src/format/times.ts";
import { isSamePredictions } from "../../../src/stats/same_predictions.ts";
import { metricName } from "../../../src/format/words.ts";
import { StatusBadge, StatusIcon, Time } from "../../../components/status_badge.tsx";
import { outcomeBadge, triggerName } from "../../../components/labels.ts";

/** The figures under a cycle's headline. */
export function CycleAnswers({ cycle, workflowUrl }: { cycle: Cycle; workflowUrl: string | null }) {
  const { outcome, stage, evidence, trigger, requestedBy, asOf, startedAt, endedAt } = cycle;
  return (
    <dl class="answers">
      <div>
        <dt>{outcome === null ? "Stage" : "Outcome"}</dt>
        <dd>
          <StatusBadge badge={outcomeBadge(outcome, stage)} />
        </dd>
      </div>
      {evidence && (
        <div>
          <dt>Challenger minus {evidence.against}</dt>
          <dd>
            {isSamePredictions(evidence.difference) ? "same predictions" : (
              <>
                <b>{signed(evidence.difference.mean)}</b> {metricName(evidence.loss)},{" "}
                {interval(evidence.difference)}
              </>
            )}
          </dd>
        </div>
      )}
      <div>
        <dt>Trigger</dt>
        <dd>
          {triggerName(trigger, requestedBy)}
          {requestedBy && requestedBy !== IMPORT ? `, ${requestedBy}` : ""}
        </dd>
      </div>
      <div>
        <dt>As of</dt>
        <dd>{moment(asOf, "day")}</dd>
      </div>
      <div>
        <dt>Started</dt>
        <dd>
          <Time iso={startedAt} as="moment" />
        </dd>
      </div>
      {endedAt && (
        <div>
          <dt>Duration</dt>
          <dd>{duration(msBetween(startedAt, endedAt))}</dd>
        </div>
      )}
      {workflowUrl && (
        <div>
          <dt>Workflow</dt>
          <dd>
            <a href={workflowUrl}>
              Open in Temporal UI <StatusIcon name="out" />
            </a>
          </dd>
        </div>
      )}
    </dl>
  );
}

const interval = ({ confidence, low, high }: { confidence: number; low: number; high: number }) =>
  `${Math.round(confidence * 100)} % interval ${signed(low)} to ${signed(high)}`;
