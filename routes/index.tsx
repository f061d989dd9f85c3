import { page } from "fresh";
import LiveHeadline from "../islands/LiveHeadline.tsx";
import LiveNow from "../islands/LiveNow.tsx";
import { Alerts, Journal } from "../components/alerts.tsx";
import { CyclesChart } from "../components/cycles_chart.tsx";
import type { Dashboard } from "../src/dashboard/dashboard.ts";
import { define } from "../src/dashboard/define.ts";
import { FirstStepsList } from "./(_components)/first_steps.tsx";
import { FoldedModel, ModelSection } from "./(_components)/model_section.tsx";
import { ReplayChart } from "./(_components)/replay_chart.tsx";
import type { Check } from "../src/retraining/check.ts";
import type { ReplayScore } from "../src/backtest/replay.ts";
import { follow } from "../src/dashboard/view.ts";
import type { ModelStatus } from "../src/retraining/status.ts";
import { PageHeader } from "../components/page_header.tsx";

const CYCLES_IN_CHART = 60;
const CHECKS_IN_JOURNAL = 6;
/** More models than this are told in a line each: all of them on one screen. */
const WHOLE_MAX = 4;

/** The data of one model's section. */
async function section(dashboard: Dashboard, model: ModelStatus) {
  const [cycles, moves] = await Promise.all([
    dashboard.cycles({ model: model.model, limit: CYCLES_IN_CHART, offset: 0 }),
    dashboard.moves(model.model),
  ]);
  return { model, cycles, moves };
}

export const handler = define.handlers({
  async GET({ state }) {
    const { dashboard } = state;
    const [view, alerts, { checks }, scores] = await Promise.all([
      follow(state, "overview"),
      dashboard.alerts(),
      dashboard.pageOfChecks({ limit: CHECKS_IN_JOURNAL }),
      dashboard.replayScores(),
    ]);
    const models = await Promise.all(view.status.models.map((model) => section(dashboard, model)));
    const isFresh = view.status.models.every(({ serving }) => serving === null);
    const steps = isFresh ? await dashboard.firstSteps() : null;
    state.title = alerts.length > 0 ? `(${alerts.length}) Overview` : "Overview";
    return page({ view, alerts, checks, scores, models, steps });
  },
});

export default define.page<typeof handler>(function Overview({ data, state, url }) {
  const { view, alerts, checks, scores, models, steps } = data;
  const Shown = models.length > WHOLE_MAX ? FoldedModel : ModelSection;
  return (
    <>
      <PageHeader>
        <LiveHeadline initial={view.status} />
      </PageHeader>
      <div id="alerts" data-redraw>
        {alerts.length > 0 && (
          <section class="section" aria-labelledby="alerts-title">
            <Alerts alerts={alerts} person={state.person} />
          </section>
        )}
      </div>
      <div id="first" data-redraw>
        {steps && (
          <FirstStepsList steps={steps} origin={url.origin} model={view.status.models[0]?.model ?? "churn"} />
        )}
      </div>
      {models.length === 0
        ? <p>No retrainer has started yet. Its models appear here with their first check.</p>
        : <LiveNow initial={{ status: view.status, stages: view.stages }} />}
      <div class="columns">
        {models.map(({ model, moves }) => (
          <Shown
            key={model.model}
            model={model}
            moves={moves}
            asOf={view.status.asOf}
            person={state.person}
          />
        ))}
      </div>
      <History models={models} scores={scores} checks={checks} open={url.searchParams.has("zoom")} />
    </>
  );
});

type Section = Awaited<ReturnType<typeof section>>;

/** What each retraining changed, and the latest checks: folded, so that what is so now fits one window. */
function History(
  { models, scores, checks, open }: {
    models: readonly Section[];
    scores: readonly ReplayScore[];
    checks: readonly Check[];
    open: boolean;
  },
) {
  return (
    <details class="section history" open={open}>
      <summary>
        <h2>
          History <small>What each retraining changed, and the latest checks</small>
        </h2>
      </summary>
      <div class="columns" id="charts" data-redraw>
        {models.filter(({ cycles }) => cycles.length > 0).map(({ model, cycles }) => (
          <section key={model.model} class="section" aria-label={`History of ${model.model}`}>
            <ReplayChart
              model={model}
              scores={scores.filter((s) =>
                s.model === model.model
              )}
            />
            <CyclesChart model={model.model} cycles={cycles} />
          </section>
        ))}
      </div>
      <section class="section" id="journal" data-redraw aria-labelledby="journal-title">
        <Journal checks={checks} />
      </section>
    </details>
  );
}
