import type { WhatIfReport } from "../retraining/what_if.ts";
import { valueText } from "../config/settings.ts";
import { stateWord } from "../format/state_words.ts";
import { asOfText, type Paint, table } from "./format.ts";

const ROWS_MAX = 40;

/** A configuration tried on history, as a terminal shows it. */
export function whatIfText(simulation: WhatIfReport, paint: Paint): string {
  const { from, to, changes, models, notes, truncated } = simulation;
  const range = `${from.slice(0, 10)} to ${to.slice(0, 10)}, by the time of the data`;
  return [
    paint("dim", `Nothing was changed. Recomputed from stored evidence: ${range}`),
    table(
      ["setting", "for", "now", "tried"],
      changes.map((c) => [c.name, c.model ?? "every model", valueLabel(c.before), valueLabel(c.after)]),
      paint,
    ),
    ...changes.length === 0 ? ["No difference from the active configuration"] : [],
    table(
      ["model", "checks", "otherwise", "unknown", "trainings", "deployments"],
      models.map(({ model, checks, trainings, deployments }) => [
        model,
        ...[checks.same + checks.changed + checks.cannot, checks.changed, checks.cannot].map(String),
        `${trainings.was}, ${change(trainings.more, trainings.fewer)}`,
        `${deployments.was}, ${
          change({ atLeast: deployments.more, atMost: deployments.more }, deployments.fewer)
        }` + (deployments.cannot > 0 ? `, ${deployments.cannot} cannot be recomputed` : ""),
      ]),
      paint,
    ),
    ...rowsText(simulation, paint),
    ...notes.map((note) => `- ${note}`),
    ...truncated ? ["- there are more checks than can be recomputed: the oldest are left out"] : [],
  ].filter((part) => part !== "").join("\n");
}

const valueLabel = (value: unknown) => value === undefined ? "as every model" : valueText(value);

/** "3 to 7 more, 1 fewer", "unchanged" */
function change(more: { atLeast: number; atMost: number }, fewer: number): string {
  const parts = [
    ...more.atMost === 0
      ? []
      : [`${more.atLeast === more.atMost ? more.atMost : `${more.atLeast} to ${more.atMost}`} more`],
    ...fewer > 0 ? [`${fewer} fewer`] : [],
  ];
  return parts.length > 0 ? parts.join(", ") : "unchanged";
}

function rowsText({ checks, verdicts }: WhatIfReport, paint: Paint): string[] {
  const differing = [
    ...checks.map((c) => ({ ...c, of: "check" })),
    ...verdicts.map((v) => ({ ...v, of: `cycle ${v.number}` })),
  ].filter((row) => row.would !== null && row.would !== row.was)
    .sort((a, b) => a.asOf < b.asOf ? 1 : -1);
  if (differing.length === 0) return ["No check or verdict would have been different"];
  const shown = differing.slice(0, ROWS_MAX);
  return [
    table(
      ["as of", "model", "of", "was", "would be", "why"],
      shown.map((r) => [asOfText(r.asOf), r.model, r.of, stateWord(r.was), stateWord(r.would!), r.text]),
      paint,
    ),
    ...differing.length > ROWS_MAX ? [`... and ${differing.length - ROWS_MAX} more; --json has all`] : [],
  ];
}
