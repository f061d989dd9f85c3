import type { PerformanceReport } from "../../../src/performance/report.ts";
import { count, percent } from "../../../src/format/numbers.ts";

const share = (value: number | null) => value === null ? "none" : percent(value);

/** How often each class is predicted and comes true, and how well it is told. */
export function ClassTable({ report: { classes, version } }: { report: PerformanceReport }) {
  if (!classes) return null;
  return (
    <table class="records">
      <caption>
        <h3>
          Classes of v{version}{" "}
          <small>
            Shares for which a class is the likeliest: of known outcomes, of what waits, and at validation.
          </small>
        </h3>
      </caption>
      <thead>
        <tr>
          <th scope="col">Class</th>
          <th scope="col" class="num">Outcomes</th>
          <th scope="col" class="num">Came true</th>
          <th scope="col" class="num">Predicted</th>
          <th scope="col" class="num">Waiting</th>
          <th scope="col" class="num">At validation</th>
          <th scope="col" class="num">Recall</th>
          <th scope="col" class="num">Precision</th>
        </tr>
      </thead>
      <tbody>
        {classes.map((c) => (
          <tr key={c.name}>
            <th scope="row">{c.name}</th>
            <td class="num" data-label="Outcomes">{count(c.rows)}</td>
            <td class="num" data-label="Came true">{share(c.cameTrue)}</td>
            <td class="num" data-label="Predicted">{share(c.predicted)}</td>
            <td class="num" data-label="Waiting">{share(c.waiting)}</td>
            <td class="num" data-label="At validation">{share(c.atDeployment)}</td>
            <td class="num" data-label="Recall">{share(c.recall)}</td>
            <td class="num" data-label="Precision">{share(c.precision)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
