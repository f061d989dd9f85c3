import type { Cycle, Stage } from "../../retraining/cycle.ts";
import type { ModelStatus } from "../../retraining/status.ts";
import { duration, msBetween } from "../../format/figures.ts";
import { ProgressBar } from "../../../components/status_badge.tsx";

/** The stations that are drawn; `report` and `ended` come after the last. */
const STATIONS: readonly Stage[] = [
  "check",
  "snapshot",
  "train",
  "validate",
  "refit",
  "smoke test",
  "approve",
  "deploy",
];
/** Only where a person is asked. */
const isSeldom = (stage: Stage): boolean => stage === "approve";

interface Props {
  label: string;
  running: ModelStatus["running"];
  /** stages of the running cycle so far */
  past: Cycle["stages"];
}

/** A cycle's stations and how far it has grown. */
export function Stages({ label, running, past }: Props) {
  const met = new Set([...past.map(({ stage }) => stage), running?.stage]);
  const stations = STATIONS.filter((stage) => !isSeldom(stage) || met.has(stage));
  const at = running ? stations.indexOf(running.stage) : -1;
  const now = running && at < 0 ? stations.length : at; // past the last station: all done
  return (
    <ol class="stages" aria-label={label}>
      {stations.map((stage, i) => {
        const state = !running ? "waiting" : i < now ? "done" : i === now ? "now" : "waiting";
        const grown = state === "done" ? 1 : state === "now" ? running!.progress?.fraction ?? 0 : 0;
        return (
          <li key={stage} data-stage={state} aria-current={state === "now" ? "step" : undefined}>
            {i < stations.length - 1 && <ProgressBar grown={grown} />}
            <b>{stage}</b>
            <small>{note(stage, state, past, running)}</small>
          </li>
        );
      })}
    </ol>
  );
}

function note(stage: Stage, state: string, past: Cycle["stages"], running: Props["running"]): string | null {
  if (state === "now") return running!.progress?.text ?? "running";
  const done = past.findLast((s) => s.stage === stage);
  return done?.endedAt ? duration(msBetween(done.startedAt, done.endedAt)) : null;
}
