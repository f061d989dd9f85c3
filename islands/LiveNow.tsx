import { overview } from "../src/dashboard/browser/live.ts";
import { StatusBadge } from "../components/status_badge.tsx";
import { Stages } from "../src/dashboard/browser/stages.tsx";
import type { OverviewView } from "../src/dashboard/view.ts";
import { outcomeBadge } from "../components/labels.ts";
import type { ModelStatus } from "../src/retraining/status.ts";

/** Shows the cycles that run at this moment, step by step; nothing while none does. */
export default function LiveNow({ initial }: { initial: Pick<OverviewView, "status" | "stages"> }) {
  const { status, stages } = overview.value ?? initial;
  const running = status.models.filter((model) => model.running);
  if (running.length === 0) return null;
  return (
    <section class="section" aria-labelledby="now">
      <h2 id="now" class="visually-hidden">Running cycles</h2>
      {running.map((model) => (
        <div class="live" key={model.model}>
          <Running {...model} />
          <Stages
            label={`${model.model}, running cycle`}
            running={model.running}
            past={stages[model.model] ?? []}
          />
        </div>
      ))}
    </section>
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
