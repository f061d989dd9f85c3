import type { Cycle } from "../../src/reporting/cycle.ts";
import { duration, metricName, moment, msBetween, percent } from "./numbers.ts";
import { Status, Time } from "./signs.tsx";
import { relative } from "./cycles_chart.tsx";
import { outcomeSign, reading, triggerName } from "./words.ts";

/** Cycles, one a row; on a phone one sheet each. */
export function CycleTable({ cycles }: { cycles: readonly Cycle[] }) {
  return (
    <table class="records">
      <caption class="visually-hidden">Cycles, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Cycle</th>
          <th scope="col">Ended</th>
          <th scope="col">Challenger against champion</th>
          <th scope="col">As of</th>
          <th scope="col">Began by</th>
          <th scope="col">Began</th>
          <th scope="col" class="num">Took</th>
        </tr>
      </thead>
      <tbody>
        {cycles.map((cycle) => (
          <tr key={cycle.id}>
            <th scope="row">
              <a href={`/cycles/${cycle.id}`}>{cycle.model} {cycle.number}</a>
            </th>
            <td data-label="Ended">
              <Status sign={outcomeSign(cycle.outcome, cycle.stage)} />
            </td>
            <td data-label="Against champion">
              <Comparison {...cycle} />
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
