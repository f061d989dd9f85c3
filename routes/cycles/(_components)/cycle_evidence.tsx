import type { Cycle, Watch } from "../../../src/retraining/cycle.ts";
import type { Evidence } from "../../../src/validation/verdict.ts";
import { count, counted, figure, metricFigure, percent, signed } from "../../../src/format/numbers.ts";
import { moment } from "../../../src/format/times.ts";
import { isSamePredictions } from "../../../src/stats/same_predictions.ts";
import { metricName } from "../../../src/format/words.ts";
import { relative } from "../../../components/cycles_chart.tsx";
import { ReasonRows } from "../../../components/reason_rows.tsx";
import { WorthSums } from "../../../components/worth_sums.tsx";
import { comparedOn, reading, withInterval } from "../../../components/labels.ts";

/** Why the cycle began: every reason the check weighed, with its numbers. */
export function Reasons({ cycle }: { cycle: Cycle }) {
  const speaking = cycle.reasons.filter((r) => r.speaks === "for").length;
  return (
    <section class="section" aria-labelledby="why">
      <WorthSums reasons={cycle.reasons} />
      <table class="records">
        <caption>
          <h2 id="why">
            Why it started: {speaking} of {counted(cycle.reasons.length, "criterion", "criteria")} in favour
            {" "}
            <small>Each criterion with its evidence.</small>
          </h2>
        </caption>
        <ReasonRows reasons={cycle.reasons} />
      </table>
    </section>
  );
}

/** Challenger against champion on the same unseen rows, and the verdict that follows. */
export function Comparison({ cycle }: { cycle: Cycle }) {
  const { evidence, challenger, champion } = cycle;
  if (!evidence) return null;
  const other = evidence.against === "baseline" ? "the naive baseline" : `v${champion}`;
  return (
    <section class="section" aria-labelledby="verdict">
      <div class="with-note">
        <div>
          <h2 id="verdict">
            v{challenger} against {other}: {reading(evidence.difference, evidence.margin).word.toLowerCase()}
            <small>
              Change of {metricName(evidence.loss)}{" "}
              {comparedOn(evidence)}. Left of zero the challenger is better.
            </small>
          </h2>
          {isSamePredictions(evidence.difference)
            ? (
              <p>
                Both models predict these {count(evidence.difference.n)}{" "}
                rows alike: the comparison proves nothing either way. The refit adds rows that no comparison
                has seen.
              </p>
            )
            : <Forest evidence={evidence} />}
          <Metrics evidence={evidence} challenger={`v${challenger}`} other={other} />
          <Segments evidence={evidence} other={other} />
        </div>
        <GateNote evidence={evidence} />
      </div>
    </section>
  );
}

/** The interval on one axis with zero and the margin; everything relative to the other's loss. */
function Forest({ evidence }: { evidence: Evidence }) {
  const { mean, low, high, margin } = relative(evidence);
  const edge = Math.max(Math.abs(low), Math.abs(high), margin) * 1.25 || 1;
  const x = (share: number) => `${(50 + share / edge * 50).toFixed(2)}%`;
  const tone = high < 0 ? " new" : high <= margin ? "" : " open";
  const ticks = [-edge, -edge / 2, 0, edge / 2, edge].map((t) => t * 0.8);
  return (
    <svg
      class="plot forest-line"
      height="64"
      role="img"
      aria-label={`Relative change ${percent(mean, { sign: true })}`}
    >
      {ticks.map((t) => (
        <g key={t}>
          <line class={t === 0 ? "axis" : "grid"} x1={x(t)} x2={x(t)} y1="0" y2="64" />
          <text class="mid" x={x(t)} y="80">{percent(t, { sign: true })}</text>
        </g>
      ))}
      <line class="limit" x1={x(margin)} x2={x(margin)} y1="0" y2="64" />
      <text class="watch" x={x(margin)} y="10" dx="6">margin</text>
      <line class={`interval${tone}`} x1={x(low)} x2={x(high)} y1="38" y2="38" />
      <circle class={`dot${tone}`} cx={x(mean)} cy="38" r="4.5" />
      <text class={`mid${tone === " new" ? " green" : " strong"}`} x={x(mean)} y="26">
        {percent(mean, { sign: true })}
      </text>
    </svg>
  );
}

function Metrics({ evidence, challenger, other }: { evidence: Evidence; challenger: string; other: string }) {
  const { championMetrics, challengerMetrics, difference, own } = evidence;
  const names = Object.keys(challengerMetrics).filter((name) => name !== "n");
  return (
    <div class="scroll-x" role="group" aria-label="Metrics of both on the same rows" tabIndex={0}>
      <table class="narrow">
        <caption class="visually-hidden">Metrics of both on the same rows</caption>
        <thead>
          <tr>
            <th scope="col">On the same {count(difference.n)} rows</th>
            <th scope="col" class="num">{other}</th>
            <th scope="col" class="num">{challenger}</th>
            <th scope="col" class="num">Difference</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <tr key={name}>
              <th scope="row">{metricName(name)}</th>
              <td class="num">{name in championMetrics ? metricFigure(championMetrics[name]) : ""}</td>
              <td class="num">{metricFigure(challengerMetrics[name])}</td>
              <td class="num">
                {differenceText(challengerMetrics[name], championMetrics[name])}
                {name === evidence.loss && (
                  <small>{` [${signed(difference.low)}, ${signed(difference.high)}]`}</small>
                )}
                {name === own?.metric && (
                  <small>
                    {` [${signed(own.difference.low)}, ${
                      signed(own.difference.high)
                    }], ${own.better} is better`}
                  </small>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The same difference within kinds of shoppers: none may be served worse beyond its margin. */
function Segments({ evidence, other }: { evidence: Evidence; other: string }) {
  const { segments, segmentMargin, loss } = evidence;
  if (segments.length === 0) return null;
  return (
    <div class="scroll-x" role="group" aria-label="By segment" tabIndex={0}>
      <table class="narrow">
        <caption>
          <h3>
            By segment{" "}
            <small>
              A significant rise of more than {percent(segmentMargin)} in one segment fails validation.
            </small>
          </h3>
        </caption>
        <thead>
          <tr>
            <th scope="col">Segment</th>
            <th scope="col" class="num">Rows</th>
            <th scope="col" class="num">{metricName(loss)} of {other}</th>
            <th scope="col" class="num">Difference</th>
          </tr>
        </thead>
        <tbody>
          {segments.map(({ segment, difference, championLoss }) => (
            <tr key={segment}>
              <th scope="row">{segment}</th>
              <td class="num">{count(difference.n)}</td>
              <td class="num">{figure(championLoss)}</td>
              <td class="num">
                {isSamePredictions(difference)
                  ? "same predictions"
                  : Number.isFinite(difference.low) && Number.isFinite(difference.high)
                  ? (
                    <>
                      {signed(difference.mean)}
                      <small>{` [${signed(difference.low)}, ${signed(difference.high)}]`}</small>
                    </>
                  )
                  : `too few (${counted(difference.n, "row")})`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Says what the gate asks of a challenger. */
function gateRule({ gate, threshold, margin }: Pick<Evidence, "gate" | "threshold" | "margin">): string {
  if (gate === "threshold") return `Threshold: the loss has to fall by at least ${percent(threshold)}.`;
  if (gate === "no-harm") {
    return `No harm: promoted unless the interval lies above zero, or its middle above the margin of ${
      figure(margin)
    }.`;
  }
  return `Evidence: an interval below zero is better; an interval below the margin of ${
    figure(margin)
  } is not worse.`;
}

function GateNote({ evidence }: { evidence: Evidence }) {
  const { gate, margin, threshold, stale, staleBecause, failing, cutoffs, difference } = evidence;
  return (
    <div class="note">
      <p>
        <b>Validation</b>
        {gateRule({ gate, threshold, margin })}
      </p>
      <p>
        <b>Champion</b>
        {stale ? `Stale: ${staleBecause ?? "too old"}. Not worse is enough to replace it.` : "Not stale."}
        {failing &&
          " Failing: it has degraded, or is no better than the naive baseline. Not worse is enough."}
      </p>
      <p>
        <b>Rows</b>
        {counted(cutoffs.length, "cut-off")},{" "}
        {cutoffs.map((c) => moment(c, "day")).join(", ")}; newer than what either was trained on. Intervals
        are resampled by shopper, {Math.round(difference.confidence * 100)} %.
      </p>
    </div>
  );
}

/** Shows the result of the first labelled window after the deployment. */
export function WatchNote({ watch }: { watch: Watch | null }) {
  if (!watch) return null;
  return (
    <section class="section" aria-labelledby="watch">
      <h2 id="watch">
        After the deployment: {watch.decision === "cannot tell" ? "not enough data" : watch.decision}
      </h2>
      <p>{watch.text}</p>
      <p>
        <small>
          Outcomes of {moment(watch.cutoff, "day")} against v{watch.against}
          {watch.difference &&
            `: loss ${withInterval(watch.difference)}, on ${counted(watch.difference.n, "row")}`}
        </small>
      </p>
    </section>
  );
}

const differenceText = (ours: number | null, theirs: number | null | undefined): string =>
  ours === null || theirs === null || theirs === undefined ? "" : signed(ours - theirs);
