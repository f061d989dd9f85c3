import type { Cycle, CycleSort } from "../../../src/retraining/cycle.ts";
import { type CycleFilter, cyclesPath, sortedBy, SORTS } from "./cycle_filter.ts";
import { percent } from "../../../src/format/numbers.ts";
import { duration, moment, msBetween } from "../../../src/format/times.ts";
import { isSamePredictions } from "../../../src/stats/same_predictions.ts";
import { metricName } from "../../../src/format/words.ts";
import { StatusBadge, Time } from "../../../components/status_badge.tsx";
import { relative } from "../../../components/cycles_chart.tsx";
import { outcomeBadge, reading, triggerName, verdictBadge } from "../../../components/labels.ts";

/** Heads, and what each sorts by. */
const HEADS: readonly { sort?: CycleSort; name: string; numeric?: boolean }[] = [
  { sort: "model", name: "Cycle" },
  { sort: "outcome", name: "Outcome" },
  { sort: "change", name: "Challenger against champion" },
  { sort: "verdict", name: "Verdict" },
  { sort: "asOf", name: "As of" },
  { sort: "trigger", name: "Trigger" },
  { sort: "started", name: "Started" },
  { sort: "took", name: "Duration", numeric: true },
];

/** Cycles, one a row; on a phone one sheet each. A head sorts by its column, and the other way round when it does already. */
export function CycleTable({ cycles, filter }: { cycles: readonly Cycle[]; filter: CycleFilter }) {
  const { sort, order } = filter;
  return (
    <table class="records cycles">
      <caption class="visually-hidden">Cycles, {SORTS[sort][order]}</caption>
      <thead>
        <tr>
          {HEADS.map((head) => (
            <th
              key={head.name}
              scope="col"
              class={head.numeric ? "num" : undefined}
              aria-sort={head.sort !== undefined && head.sort === sort
                ? (order === "asc" ? "ascending" : "descending")
                : undefined}
            >
              {head.sort
                ? <a class="sort" href={cyclesPath(sortedBy(filter, head.sort))}>{head.name}</a>
                : head.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {cycles.map((cycle) => (
          <tr key={cycle.id}>
            <th scope="row">
              <a href={`/cycles/${cycle.id}`}>{cycle.model} {cycle.number}</a>
            </th>
            <td data-label="Outcome">
              <StatusBadge badge={outcomeBadge(cycle.outcome, cycle.stage)} />
            </td>
            <td data-label="Against champion">
              <Comparison {...cycle} />
            </td>
            <td data-label="Verdict">
              {cycle.verdict
                ? (
                  <span title={cycle.evidence ? `Needed: ${needed(cycle.evidence)}` : undefined}>
                    <StatusBadge badge={verdictBadge(cycle.verdict)} />
                  </span>
                )
                : "none"}
            </td>
            <td data-label="As of">{moment(cycle.asOf, "day")}</td>
            <td data-label="Trigger">{triggerName(cycle.trigger, cycle.requestedBy)}</td>
            <td data-label="Started">
              <Time iso={cycle.startedAt} as="moment" />
            </td>
            <td data-label="Duration" class="num">
              {cycle.endedAt ? duration(msBetween(cycle.startedAt, cycle.endedAt)) : "running"}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What the comparison had to show for the challenger to be deployed. */
function needed({ gate, threshold, against, stale, failing }: NonNullable<Cycle["evidence"]>): string {
  if (gate === "threshold") return `${percent(threshold)} lower`;
  if (gate === "no-harm") return "no harm";
  if (against === "baseline") return "better on average";
  return failing ? "not worse (failing)" : stale ? "not worse (stale)" : "better";
}

/** The relative change of the loss with its interval, and what it says. */
function Comparison({ evidence }: Cycle) {
  if (!evidence) return <small>not compared</small>;
  if (isSamePredictions(evidence.difference)) return <>same predictions</>;
  const { mean, low, high } = relative(evidence);
  return (
    <>
      {percent(mean, { sign: true })} {metricName(evidence.loss)}{" "}
      <small>
        [{percent(low, { sign: true })}, {percent(high, { sign: true })}]{" "}
        {reading(evidence.difference, evidence.margin).word.toLowerCase()}
      </small>
    </>
  );
}
