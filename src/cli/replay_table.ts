import { count, figure, metricFigure, signed } from "../format/numbers.ts";
import { type Column, table } from "./format.ts";
import type { Sql } from "../db/connect.ts";
import { countOutcomes } from "../db/cycles/cycles.ts";
import type { PolicySummary, ReplaySummary } from "../demo/report.ts";
import { columnsOf } from "./backtest_text.ts";

const NAMES: Record<PolicySummary["policy"], string> = {
  frozen: "without retraining",
  always: "retrained at every cut-off",
  threshold: "Perennial, threshold gate",
  perennial: "Perennial",
};

const right = (name: string): Column => ({ name, right: true });

/** The table of one model: what each policy served, and how it did. */
export async function renderReplay(sql: Sql, summary: ReplaySummary): Promise<string> {
  const { model, policies, rows, first, last } = summary;
  const columns = columnsOf(summary);
  const headings: Column[] = ["", ...columns.map(([, name]) => right(name)), right("deployments")];
  const cells = policies.map(({ policy, means, deployments }) => [
    NAMES[policy],
    ...columns.map(([key]) => metricFigure(means[key])),
    String(deployments),
  ]);
  const perennial = policies.find(({ policy }) => policy === "perennial")!;
  const [key, name] = columns[0];
  const { mean, error, betterAt } = perennial.differences[key];
  const span = `${perennial.cutoffs} cut-offs from ${first.slice(0, 10)} to ${last.slice(0, 10)}, ${
    count(rows)
  } predictions`;
  const gain =
    `Perennial against no retraining: ${name} ${signed(mean)} ± ${
      figure(2 * error)
    } (two standard errors over cut-offs; ` +
    `their outcome windows overlap, so the true one is wider), better at ${betterAt} of ${perennial.cutoffs}`;
  return `\n${model}: means over ${span}\n\n${table(headings, cells)}\n\n${gain}\n${await cycleLine(
    sql,
    model,
  )}`;
}

async function cycleLine(sql: Sql, model: string): Promise<string> {
  const counts = await countOutcomes(sql, model);
  const total = Object.values(counts).reduce((a, b) => a + b, 0);
  const parts = ["deployed", "rejected", "inconclusive", "rolled back", "failed"].map((name) =>
    `${counts[name] ?? 0} ${name}`
  );
  return `${total} cycles: ${parts.join(", ")}`;
}
