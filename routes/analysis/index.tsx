import { HttpError, page } from "fresh";
import { briefSentence } from "../../components/analysis_labels.ts";
import { define } from "../../src/dashboard/define.ts";
import { EffortChart, WaitChart } from "./(_components)/effort_charts.tsx";
import { FrequencyChart, ReasonsTable } from "./(_components)/frequency_chart.tsx";
import { Forecasts } from "./(_components)/forecasts.tsx";
import { Worth } from "./(_components)/impact_parts.tsx";
import { Attribution } from "./(_components)/impact_sources.tsx";
import { GateChart, SinceChart, TogetherNote } from "./(_components)/improvement_charts.tsx";
import { WhatIf } from "./(_components)/what_if.tsx";
import type { AnalysisView } from "../../src/dashboard/reads/analysis.ts";
import { follow } from "../../src/dashboard/view.ts";
import { PageHeader } from "../../components/page_header.tsx";

/** Among how many of the newest the last finished one is looked for. */
const BACKTESTS_READ = 50;

export const handler = define.handlers({
  async GET({ url, state }) {
    const { dashboard } = state;
    const { status: { models } } = await follow(state, "overview");
    const model = url.searchParams.get("model") || models.at(0)?.model || "";
    const [view, backtests] = await Promise.all([
      dashboard.analysis({ model }),
      dashboard.backtests(BACKTESTS_READ),
    ]);
    if (!view) throw new HttpError(404, `There is no model "${model}"`);
    const last = backtests.find((b) => b.state === "finished" && b.models.includes(model));
    const backtest = last ? await dashboard.backtest(last.id) : null;
    state.title = `Analysis of ${model}`;
    return page({ view, backtest });
  },
});

const OTHERS_MAX = 3;

/** The page is about one model, and so is its heading; a few others have a line each below. */
const headingOf = ({ brief, model }: AnalysisView) => brief.filter((of) => of.model === model);
function othersOf({ brief, model }: AnalysisView) {
  const others = brief.filter((of) => of.model !== model);
  return others.length <= OTHERS_MAX ? others : [];
}

export default define.page<typeof handler>(function Analysis({ data: { view, backtest } }) {
  return (
    <>
      <PageHeader>
        <h1>{headingOf(view).map(briefSentence).join(" ")}</h1>
        {othersOf(view).map((brief) => <p key={brief.model}>{briefSentence(brief)}</p>)}
        <Chooser view={view} />
      </PageHeader>
      <div id="story" data-redraw>
        {view.cycles.length === 0 ? <Nothing view={view} /> : <Everything view={view} />}
      </div>
      <section class="section" aria-labelledby="worth">
        <h2 id="worth">
          What retraining {view.model} was worth to the shop{" "}
          <small>
            {view.impact.economics.stated
              ? `By the current economics: ${view.impact.economics.text}.`
              : "In money, by the economics that the shop states."}
          </small>
        </h2>
        <Worth impact={view.impact} />
        <Forecasts impact={view.impact} />
      </section>
      {view.impact.cycles.length > 0 && (
        <section class="section" aria-labelledby="whence">
          <h2 id="whence">Where it came from</h2>
          <Attribution impact={view.impact} />
        </section>
      )}
      <section class="section" aria-labelledby="what-if">
        <h2 id="what-if">What other policies would have done</h2>
        <WhatIf view={view} backtest={backtest} />
      </section>
    </>
  );
});

/** As many as are read: there may be older ones. */
const MANY = 200;

function Everything({ view }: { view: AnalysisView }) {
  return (
    <>
      {view.cycles.length >= MANY && (
        <p class="notice">
          <span>
            The newest {MANY} cycles of {view.model}; the{" "}
            <a href={`/cycles?model=${view.model}`}>list of cycles</a> has all.
          </span>
        </p>
      )}
      <section class="section" aria-labelledby="often">
        <h2 id="often">How often {view.model} was trained</h2>
        <div class="columns">
          <div>
            <FrequencyChart {...view} />
          </div>
          <div>
            <ReasonsTable cycles={view.cycles} />
          </div>
        </div>
      </section>
      <section class="section" aria-labelledby="changed">
        <h2 id="changed">What each cycle changed</h2>
        <div class="columns">
          <div>
            <GateChart {...view} />
          </div>
          <div>
            <SinceChart {...view} />
          </div>
        </div>
        <div class="row">
          <TogetherNote view={view} />
        </div>
      </section>
      <section class="section" aria-labelledby="took">
        <h2 id="took">What each cycle took</h2>
        <div class="columns">
          <div>
            <WaitChart {...view} />
          </div>
          <div>
            <EffortChart {...view} />
          </div>
        </div>
      </section>
    </>
  );
}

function Nothing({ view: { model } }: { view: AnalysisView }) {
  return (
    <section class="section" aria-labelledby="often">
      <h2 id="often">How often {model} was trained</h2>
      <p>
        No cycle has ended yet. The first begins with the <a href="/">next check</a>{" "}
        that finds enough labelled rows.
      </p>
    </section>
  );
}

/** Chooses the model: a form, so that it works without JavaScript. */
function Chooser({ view: { model, brief } }: { view: AnalysisView }) {
  return (
    <form class="row filter" method="get" action="/analysis">
      <label for="model">Model</label>
      <select id="model" name="model">
        {brief.map((modelBrief) => (
          <option key={modelBrief.model} value={modelBrief.model} selected={modelBrief.model === model}>
            {modelBrief.model}
          </option>
        ))}
      </select>
      <button type="submit">Show</button>
    </form>
  );
}
