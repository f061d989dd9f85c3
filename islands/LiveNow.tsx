import { overview } from "../src/dashboard/browser/live.ts";
import { Countdown } from "../src/dashboard/browser/live_time.tsx";
import { count } from "../src/format/numbers.ts";
import { StatusBadge } from "../components/status_badge.tsx";
import { Stages } from "../src/dashboard/browser/stages.tsx";
import type { OverviewView } from "../src/dashboard/view.ts";
import { answerBadge, beginsCycle, outcomeBadge } from "../components/labels.ts";
import type { ModelStatus } from "../src/retraining/status.ts";

/** Shows what every model is doing at this moment. */
export default function LiveNow({ initial }: { initial: Pick<OverviewView, "status" | "stages"> }) {
  const { status, stages } = overview.value ?? initial;
  return (
    <>
      {status.models.map((model) => (
        <div class="live" key={model.model}>
          {model.running ? <Running {...model} /> : <Idle {...model} />}
          <Stages
            label={`${model.model}, ${model.running ? "running cycle" : "between cycles"}`}
            running={model.running}
            past={stages[model.model] ?? []}
          />
        </div>
      ))}
    </>
  );
}

function Running({ model, running }: ModelStatus) {
  return (
    <div>
      <h3>
        <a href={`/cycles/${running!.id}`}>{model}, cycle {running!.id.split("/").at(-1)}</a>
      </h3>
      <p>
        <StatusBadge badge={outcomeBadge(null, running!.stage)} />
      </p>
      <small>{running!.progress?.text}</small>
    </div>
  );
}

function Idle({ model, active, samples, lastCheck, lastCycle, nextCheckAt }: ModelStatus) {
  const missing = samples.needed - samples.collected;
  return (
    <div>
      <h3>{model}, between cycles</h3>
      <p>
        {lastCheck && beginsCycle(lastCheck.answer) && lastCycle // what that check asked for has been done
          ? (
            <StatusBadge badge={outcomeBadge(lastCycle.outcome)}>
              {outcomeBadge(lastCycle.outcome).word}, in cycle {lastCycle.number}
            </StatusBadge>
          )
          : lastCheck
          ? <StatusBadge badge={answerBadge(lastCheck.answer)} />
          : "Not checked yet"}
      </p>
      <small>
        {missing > 0 ? `${count(missing)} samples to go. ` : ""}
        {active && nextCheckAt
          ? (
            <>
              Next check <Countdown iso={nextCheckAt} />
            </>
          )
          : !active && "Stopped: nothing retrains"}
      </small>
    </div>
  );
}
