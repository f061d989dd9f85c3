import { HttpError, page } from "fresh";
import { define } from "../../src/dashboard/define.ts";
import { driftSortOf } from "./(_components)/drift_table.tsx";
import { DriftPanels } from "./(_components)/drift_panels.tsx";
import { EstimateChart } from "./(_components)/estimate_chart.tsx";
import { MomentChooser, type Range, RANGES, within } from "./(_components)/moment_chooser.tsx";
import {
  budgetText,
  chance,
  dataSentence,
  DRIFT,
  measuredOf,
  modelSentence,
  PERFORMANCE,
  shortSentences,
  withRange,
} from "./(_components)/monitoring_labels.ts";
import { count, counted, figure, percent } from "../../src/format/numbers.ts";
import { ClassTable } from "./(_components)/class_table.tsx";
import { metricName } from "../../src/format/words.ts";
import { QualityFindings } from "./(_components)/quality_findings.tsx";
import { StatusBadge, Time } from "../../components/status_badge.tsx";
import { StreamsTable } from "./(_components)/streams_table.tsx";
import { follow } from "../../src/dashboard/view.ts";
import { TrendChart } from "./(_components)/trend_chart.tsx";
import type { MonitoringView } from "../../src/dashboard/reads/monitoring.ts";
import { PageHeader } from "../../components/page_header.tsx";

export const handler = define.handlers({
  async GET({ url, state }) {
    const { dashboard } = state;
    const { status: { models } } = await follow(state, "looks");
    const model = url.searchParams.get("model") ?? models.at(0)?.model ?? "";
    const at = url.searchParams.get("at") || null;
    if (at !== null && Number.isNaN(Date.parse(at))) throw new HttpError(404, `"${at}" is not a time`);
    const view = await dashboard.monitoring({ model, asOfMs: at === null ? undefined : Date.parse(at) });
    const range = RANGES.find(({ days }) => String(days) === url.searchParams.get("days")) ?? null;
    if (!view) throw new HttpError(404, `There is no model "${model}"`);
    if (at !== null) state.live = undefined; // what was said of the past stays so
    state.title = `Monitoring of ${model}`;
    return page({ view: range ? { ...view, ...within(view, range.days) } : view, range });
  },
});

export default define.page<typeof handler>(function Monitoring({ data, state, url }) {
  const view = asOfThen(data.view);
  const { range } = data;
  if (isBeforeAll(view)) return <BeforeAll view={view} range={range} />;
  return (
    <>
      <PageHeader>
        <div id="answer" data-redraw>
          <h1>{[...shortSentences(view.brief), dataSentence(view.quality)].filter(Boolean).join(" ")}</h1>
          <ul class="plain">
            {view.brief.filter(({ performance }) => performance.report).map((brief) => (
              <li key={brief.model}>{modelSentence(brief)}</li>
            ))}
          </ul>
        </div>
        <MomentChooser view={view} range={range} />
      </PageHeader>
      <div id="looks" data-redraw>
        <div class="columns">
          <Answers view={view} />
          <Estimates view={view} />
        </div>
        <Inputs view={view} url={url} />
        <section class="section" aria-labelledby="quality">
          <QualityFindings quality={view.quality} person={state.person} />
        </section>
        <Streams view={view} />
      </div>
    </>
  );
});

/** Of a moment of the past: what nobody had looked at by then, in those words. */
function asOfThen(view: MonitoringView): MonitoringView {
  if (view.at === null) return view;
  const then = <T extends { report: unknown; waiting: string | null }>(shown: T, subject: string): T =>
    shown.report === null ? { ...shown, waiting: `No evaluation of ${subject} by then` } : shown;
  const { model } = view;
  return {
    ...view,
    brief: view.brief.map((modelBrief) => ({
      ...modelBrief,
      performance: then(modelBrief.performance, modelBrief.model),
    })),
    performance: then(view.performance, model),
    drift: then(view.drift, `the inputs of ${model}`),
    quality: then(view.quality, "the events"),
  };
}

const isBeforeAll = ({ at, brief, quality }: MonitoringView): boolean =>
  at !== null && quality.report === null &&
  brief.every(({ performance, drift }) => performance.report === null && drift.report === null);

function BeforeAll({ view, range }: { view: MonitoringView; range: Range | null }) {
  return (
    <PageHeader>
      <h1>No evaluations yet at this time.</h1>
      <p>
        Nothing had been evaluated by <Time iso={view.at!} as="moment" />. Choose a later time.
      </p>
      <MomentChooser view={view} range={range} />
    </PageHeader>
  );
}

/** The metric over time, and what it rests on. */
function Answers({ view }: { view: MonitoringView }) {
  const { model, metric, unit, performance: { report, waiting }, trail, moves } = view;
  const title = report
    ? `${model}: ${metricName(metric)} ${trendWord[report.answer]}`
    : `${model}: not evaluated yet`;
  return (
    <section class="section" aria-labelledby="answers">
      <h2 id="answers" class={report ? "visually-hidden" : undefined}>
        {report ? `Performance of ${model}` : title}
      </h2>
      {report && trail.length > 0
        ? <TrendChart model={model} metric={metric} unit={unit} trail={trail} moves={moves} title={title} />
        : <p>{waiting}</p>}
      {report?.classes && (
        <div class="scroll-x" role="group" aria-label="Classes" tabIndex={0}>
          <ClassTable report={report} />
        </div>
      )}
      {report && <AnswersNote view={view} />}
    </section>
  );
}

const trendWord = {
  "holds": "is stable",
  "fell": "has degraded",
  "cannot tell yet": "has too few outcomes",
} as const;

function AnswersNote({ view: { metric, performance: { report } } }: { view: MonitoringView }) {
  const { answer, loss, margin, alpha, waiting, outcomesNext, forecast, text } = report!;
  const measured = measuredOf(report, metric);
  const judged = measuredOf(report, loss);
  return (
    <div class="note below">
      <p>
        <b>Now</b>
        <StatusBadge badge={PERFORMANCE[answer]} /> {measured
          ? `${metricName(metric)} ${withRange(measured)}, on ${counted(measured.rows, "outcome")}.`
          : `No outcome of v${report!.version} is known yet.`}
        {waiting > 0 && ` ${counted(waiting, "prediction")} ${waiting === 1 ? "waits" : "wait"} for outcomes`}
        {waiting > 0 && outcomesNext && (
          <>
            , the next by <Time iso={outcomesNext} as="day" />
          </>
        )}
        {waiting > 0 && "."}
      </p>
      <p>
        <b>Criterion</b>
        {metricName(loss)}
        {judged && ` ${withRange(judged)}`}: degraded when it is above its value at validation
        {judged?.atDeployment != null && ` (${figure(judged.atDeployment)})`} by more than{" "}
        {figure(margin)}. False-alarm probability of this evaluation: {percent(alpha)} at most.
      </p>
      <p>
        <b>Trend</b>
        {forecast ? forecastText(forecast, loss) : "Too few evaluations of this version for a trend."}
      </p>
      {answer !== "holds" && (
        <p>
          <b>Details</b>
          {text}.
        </p>
      )}
    </div>
  );
}

type Forecast = NonNullable<NonNullable<MonitoringView["performance"]["report"]>["forecast"]>;

function forecastText({ perDay, daysLeft, low, high, points, threshold }: Forecast, loss: string): string {
  const rests = `from ${counted(points, "evaluation")}, ${metricName(loss)} changes by ${
    figure(perDay)
  } a day`;
  if (daysLeft === null) {
    return `At this trend the threshold of ${figure(threshold)} is not crossed: ${rests}.`;
  }
  const between = low === null ? "" : ` (${count(low)} to ${high === null ? "never" : count(high)})`;
  return `At this trend the threshold of ${figure(threshold)} is reached in ${
    counted(Math.round(daysLeft), "day")
  }${between}: ${rests}.`;
}

function Estimates({ view: { metric, trail, performance: { report } } }: { view: MonitoringView }) {
  if (!report) return null;
  return (
    <section class="section" aria-labelledby="estimated">
      <h2 id="estimated" class="visually-hidden">Before outcomes are known</h2>
      <EstimateChart metric={metric} trail={trail} report={report} />
      {report.estimated && (
        <div class="note below">
          <p>
            <b>Estimate, not a measurement</b>
            {report.estimated.method}, of {counted(report.estimated.rows, "prediction")} that{" "}
            {report.estimated.rows === 1 ? "waits" : "wait"} for outcomes.
          </p>
          <p>
            <b>Assumptions</b>
            {report.estimated.assumptions.join(". ")}.
          </p>
        </div>
      )}
    </section>
  );
}

/** Whether the inputs shifted, input by input and all together. */
function Inputs({ view, url }: { view: MonitoringView; url: URL }) {
  const { model, drift: { report, waiting }, shapes, labels, budget } = view;
  const sort = driftSortOf(url.searchParams.get("by"));
  if (!report) {
    return (
      <section class="section" aria-labelledby="inputs">
        <h2 id="inputs">Inputs of {model}</h2>
        <p>{waiting}</p>
      </section>
    );
  }
  const { together } = report;
  return (
    <section class="section" aria-labelledby="inputs">
      <div class="with-note">
        <div>
          <h2 id="inputs">
            {inputsTitle(report)}{" "}
            <small>
              Ranked by shift × importance, drifted inputs first. Reference: shoppers of{" "}
              <Time iso={report.reference.cutoffs.at(-1)!} as="day" />, current: of{" "}
              <Time iso={report.current.cutoff} as="day" />.
            </small>
          </h2>
          {report.features.length > 0 && (
            <DriftPanels report={report} shapes={shapes} labels={labels} sort={sort} url={url} />
          )}
        </div>
        <div class="note">
          <p>
            <b>Result</b>
            <StatusBadge badge={DRIFT[report.answer]} /> {report.text}.
          </p>
          <p>
            <b>Alarm</b>
            An input has drifted when its corrected p-value is at most {figure(report.alpha)}{" "}
            and its shift exceeds its normal variation.
          </p>
          <p>
            <b>False alarms</b>
            {budgetText(budget, report)}
          </p>
          <p>
            <b>All inputs together</b>
            {together
              ? `${together.statistic}: ${figure(together.value)}, ${chance(together.p)}; ${
                together.drifted
                  ? "their joint distribution has changed"
                  : "their joint distribution has not changed"
              }.`
              : "Not compared."}
          </p>
        </div>
      </div>
    </section>
  );
}

function inputsTitle({ model, features, answer }: NonNullable<MonitoringView["drift"]["report"]>): string {
  const drifted = features.filter((f) => f.drifted).length;
  if (drifted > 0) return `${model}: ${counted(drifted, "input")} of ${count(features.length)} drifted`;
  return answer === "stable"
    ? `${model}: no drift in ${counted(features.length, "input")}`
    : `${model}: not enough data for input drift`;
}

function Streams({ view: { performance: { report } } }: { view: MonitoringView }) {
  if (!report) return null;
  return (
    <section class="section" aria-labelledby="streams">
      <h2 id="streams">
        Streaming detectors{" "}
        <small>They process the errors of v{report.version} one by one, in prediction order.</small>
      </h2>
      <StreamsTable report={report} />
    </section>
  );
}
