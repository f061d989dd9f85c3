import { overview } from "../src/dashboard/browser/live.ts";
import { StatusBadge } from "../components/status_badge.tsx";
import { Stages } from "../src/dashboard/browser/stages.tsx";
import { outcomeBadge } from "../components/labels.ts";
import type { Cycle } from "../src/retraining/cycle.ts";
import type { ModelStatus } from "../src/retraining/status.ts";

interface Props {
  id: string;
  model: string;
  initial: { running: ModelStatus["running"]; stages: Cycle["stages"] };
}

/** Shows the progress of a running cycle, step by step; nothing once it has ended: the page then has all of it. */
export default function LiveCycle({ id, model, initial }: Props) {
  const view = overview.value;
  const running = view ? view.status.models.find((m) => m.model === model)?.running : initial.running;
  if (!running || running.id !== id) return null;
  return (
    <section class="section" aria-labelledby="now">
      <h2 id="now" class="visually-hidden">Where it has got to</h2>
      <div class="live">
        <div>
          <p>
            <StatusBadge badge={outcomeBadge(null, running.stage)} />
          </p>
          <small>{running.progress?.text}</small>
        </div>
        <Stages
          label={`${model}, running cycle`}
          running={running}
          past={view?.stages[model] ?? initial.stages}
        />
      </div>
    </section>
  );
}
