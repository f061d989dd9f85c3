import type { LabelledPolicy } from "../src/backtest/backtest.ts";
import type { Difference } from "../src/backtest/difference.ts";
import type { ModelResult, PolicyResult } from "../src/backtest/report.ts";
import { trainingsText } from "../src/format/trainings.ts";
import { DIFFERENCES, differenceText, GAINS, policyName } from "./backtest_labels.ts";
import { count, metricFigure, money } from "../src/format/numbers.ts";
import { duration } from "../src/format/times.ts";
import { metricName } from "../src/format/words.ts";
import { betterWord, ownUnit } from "./metric_words.ts";
import { StatusBadge } from "./status_badge.tsx";

interface Props {
  result: ModelResult;
  policies: readonly LabelledPolicy[];
}

/** Each policy beside what it did; those that are not that far are left out. */
export const rowsOf = ({ result, policies }: Props): { policy: LabelledPolicy; of: PolicyResult }[] =>
  policies.flatMap((policy) => {
    const of = result.policies.find((p) => p.policy === policy.label);
    return of ? [{ policy, of }] : [];
  });

/** Shows the metrics of each policy, and whether they differ from never retraining. */
export function ServedTable({ result, policies }: Props) {
  const metrics = [...new Set([result.metric, result.loss])];
  const named = metrics.map((metric) =>
    `${metricName(metric)}${ownUnit(metric)}, ${betterWord(metric)} is better`
  );
  return (
    <table class="records">
      <caption>
        <h3>
          What each policy served{" "}
          <small>
            Means over cut-offs, each counting the same:{" "}
            {named.join(", and ")}. In brackets the 95 % interval of the difference, over the cut-offs that
            both have.
          </small>
        </h3>
      </caption>
      <thead>
        <tr>
          <th scope="col">Policy</th>
          <th scope="col" class="num">Cut-offs</th>
          {metrics.flatMap((metric) => [
            <th key={metric} scope="col" class="num">{metricName(metric)}</th>,
            <th key={`${metric} never`} scope="col">Against never, {metricName(metric)}</th>,
          ])}
        </tr>
      </thead>
      <tbody>
        {rowsOf({ result, policies }).map(({ policy, of }) => (
          <tr key={policy.label}>
            <th scope="row">{policyName(policy)}</th>
            <td class="num" data-label="Cut-offs">{count(of.moments)}</td>
            {metrics.flatMap((metric) => [
              <td key={metric} class="num" data-label={metricName(metric)}>
                {of.moments === 0 ? "none yet" : metricFigure(of.means[metric])}
              </td>,
              <td key={`${metric} never`} data-label="Against never">
                {policy.policy === "never"
                  ? <small>baseline</small>
                  : <Against found={of.toNever?.[metric]} />}
              </td>,
            ])}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Against({ found }: { found: Difference | undefined }) {
  if (!found) return <>none yet</>;
  const badge = DIFFERENCES[found.verdict];
  if (found.verdict === "the same") return <StatusBadge badge={badge} />;
  return (
    <>
      <StatusBadge badge={badge} /> <small>{differenceText(found)}</small>
    </>
  );
}

/** Shows the effort of each policy, and what it would have earned. */
export function CostTable({ result, policies }: Props) {
  const rows = rowsOf({ result, policies });
  const confidence = rows.flatMap(({ of }) => of.gain ?? []).at(0)?.confidence;
  return (
    <table class="records">
      <caption>
        <h3>
          What each policy took{" "}
          <small>
            Training time as if it had trained all of it by itself; money over never retraining, by what the
            configuration states{confidence !== undefined &&
              `, with its ${Math.round(confidence * 100)} % interval`}.
          </small>
        </h3>
      </caption>
      <thead>
        <tr>
          <th scope="col">Policy</th>
          <th scope="col" class="num">Trainings</th>
          <th scope="col" class="num">Deployed</th>
          <th scope="col">Not deployed</th>
          <th scope="col" class="num">Training time</th>
          <th scope="col" class="num">Cost</th>
          <th scope="col">Gain over never</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ policy, of }) => (
          <tr key={policy.label}>
            <th scope="row">{policyName(policy)}</th>
            <td class="num" data-label="Trainings">{trainingsText(of)}</td>
            <td class="num" data-label="Deployed">
              {count(of.deployments)}
              {of.rolledBack > 0 && <small>, {count(of.rolledBack)} rolled back</small>}
            </td>
            <td data-label="Not deployed">{held(of)}</td>
            <td class="num" data-label="Training time">
              {of.trainingSeconds > 0 ? duration(of.trainingSeconds * 1000) : "none"}
            </td>
            <td class="num" data-label="Cost">
              {of.cost === null ? "not stated" : money(of.cost, result.currency)}
            </td>
            <td data-label="Gain over never">
              <Gained policy={policy} of={of} result={result} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function held({ rejected, inconclusive, failed }: PolicyResult): string {
  const parts = [[rejected, "rejected"], [inconclusive, "inconclusive"], [failed, "failed"]] as const;
  const counts = parts.filter(([n]) => n > 0).map(([n, word]) => `${count(n)} ${word}`);
  return counts.length > 0 ? counts.join(", ") : "none";
}

function Gained(
  { policy, of: { gain }, result }: { policy: LabelledPolicy; of: PolicyResult; result: ModelResult },
) {
  if (policy.policy === "never") return <small>baseline</small>;
  if (gain === null) return <>{result.missing.length > 0 ? "not stated" : "none yet"}</>;
  const { amount, low, high, verdict } = gain;
  const range = low === null || high === null ? "not bounded" : `[${money(low, "")}, ${money(high, "")}]`;
  if (verdict === "no difference") return <StatusBadge badge={GAINS[verdict]} />;
  return (
    <>
      <StatusBadge badge={GAINS[verdict]} /> <small>{money(amount, result.currency)} {range}</small>
    </>
  );
}

/** Says whether a calendar would have done as well as Perennial's own rule. */
export function Calendars({ result: { calendar } }: Pick<Props, "result">) {
  return <>{calendar.map(({ policy, days, text }) => <p key={`${policy} ${days}`}>{text}.</p>)}</>;
}
