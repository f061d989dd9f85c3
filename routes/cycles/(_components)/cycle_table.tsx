import type { Cycle, CycleSort } from "../../../src/retraining/cycle.ts";
import { type CycleFilter, cyclesPath, sortedBy, SORTS } from "./cycle_filter.ts";
import { duration, metricName, moment, msBetween, percent } from "../../../src/format/figures.ts";
import { StatusBadge, Time } from "../../../components/status_badge.tsx";
import { relative } from "../../../components/cycles_chart.tsx";
import { outcomeBadge, reading, triggerName, verdictBadge } from "../../../components/labels.ts";

/** Heads, and what each sorts by. */
const HEADS: readonly { sort: CycleSort; name: string; numeric?: boolean }[] = [
  { sort: "model", name: "Cycle" },
  { sort: "outcome", name: "Ended" },
  { sort: "change", name: "Challenger against champion" },
  { sort: "verdict", name: "Verdict" },
  { sort: "asOf", name: "As of" },
  { sort: "trigger", name: "Began by" },
  { sort: "started", name: "Began" },
  { sort: "took", name: "Took", numeric: true },
];

/** Cycles, one a row; on a phone one sheet each. A head sorts by its column, and the other way round when it does already. */
export function CycleTable({ cycles, filter }: { cycles: readonly Cycle[]; filter: CycleFilter }) {
  const { sort, order } = filter;
  return (
    <table class="records">
      <caption class="visually-hidden">Cycles, {SORTS[sort][order]}</caption>
      <thead>
        <tr>
          {HEADS.map((head) => (
            <th
              key={head.sort}
              scope="col"
              class={head.numeric ? "num" : undefined}
              aria-sort={head.sort === sort ? (order === "asc" ? "ascending" : "descending") : undefined}
            >
              <a class="sort" href={cyclesPath(sortedBy(filter, head.sort))}>{head.name}</a>
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
            <td data-label="Ended">
              <StatusBadge badge={outcomeBadge(cycle.outcome, cycle.stage)} />
            </td>
            <td data-label="Against champion">
              <Comparison {...cycle} />
            </td>
            <td data-label="Verdict">
              {cycle.verdict ? <StatusBadge badge={verdictBadge(cycle.verdict)} /> : "none"}
            </td>
            <td data-label="As of">{moment(cycle.asOf, "day")}</td>
            <td data-label="Began by">{triggerName(cycle.trigger)}</td>
            <td data-label="Began">
              <Time iso={cycle.startedAt} as="moment" />
            </td>
            <td data-label="Took" class="num">
              {cycle.endedAt ? duration(msBetween(cycle.startedAt, cycle.endedAt)) : "running"}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The relative change of the loss with its interval, and what it says. */
function Comparison({ evidence }: Cycle) {
  if (!evidence) return <small>not compared</small>;
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
