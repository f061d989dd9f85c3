import type { ImportTrial } from "../app/events/try_import.ts";
import type { ImportDetails, ImportSummary, RefusedRow } from "../events/tally.ts";
import { count, counted, money, percent } from "../format/numbers.ts";
import { minute, type Paint, table, wrapped } from "./format.ts";

/** What is told of an import, whether it was tried or done. */
export interface ImportReport {
  readonly summary: ImportSummary;
  readonly details: ImportDetails;
}

/** Writes what an import found, as a person reads it. */
export function importText({ summary, details }: ImportReport, paint: Paint): string {
  const { read, accepted, duplicates, conflicts, refused } = summary;
  const counts = `${count(read)} read: ${count(accepted)} accepted, ${count(duplicates)} duplicates, ${
    count(conflicts)
  } conflicts, ${count(refused)} refused`;
  const lines = (texts: readonly string[]) =>
    texts.map((text) => wrapped(text, { columns: paint.width ?? Infinity, indent: 2 }));
  return [
    paint("bold", counts),
    ...lines(foundLines(summary)),
    ...typeLines({ summary, details }, paint),
    ...lines([...details.notes, ...reasonLines(details)]),
  ].join("\n");
}

function foundLines(summary: ImportSummary): string[] {
  const { encoding, delimiter, columns, first, last, shoppers, withoutShopper, accepted } = summary;
  const written = [encoding, delimiter && `columns divided by ${delimiterName(delimiter)}`].filter(Boolean)
    .join(", ");
  const taken = Object.entries(columns.taken).map(([field, name]) =>
    field === name ? field : `${field} from ${shown(name)}`
  );
  const lines = written === "" ? [] : [`Written as ${written}`];
  if (taken.length > 0) lines.push(`Columns taken: ${taken.join(", ")}`);
  if (columns.left.length > 0) lines.push(`Columns left: ${columns.left.slice(0, 30).map(shown).join(", ")}`);
  if (accepted === 0) return lines;
  const share = withoutShopper > 0
    ? `; ${counted(withoutShopper, "event")} (${percent(withoutShopper / accepted)}) without one`
    : "";
  return [...lines, `${minute(first)} to ${minute(last)} UTC; ${counted(shoppers, "shopper")}${share}`];
}

const shown = (name: string) => name.replaceAll(/\s+/g, " ");

function delimiterName(delimiter: string): string {
  if (delimiter === "\t") return "tabs";
  return delimiter === " " ? "blanks" : delimiter;
}

function typeLines({ summary, details }: ImportReport, paint: Paint): string[] {
  const types = Object.entries(summary.types);
  if (types.length === 0) return [];
  const rows = types.map(([type, events]) => [
    type,
    count(events),
    details.money[type] === undefined ? "-" : money(details.money[type], ""),
  ]);
  return [table(["type", { name: "events", right: true }, { name: "money", right: true }], rows, paint)];
}

const REASONS = 10;

function reasonLines({ reasons, conflicts }: ImportDetails): string[] {
  const refused = reasons.slice(0, REASONS).map(({ reason, events, first }) =>
    `${count(events)} refused, first ${refusalText(first)}: ${reason}`
  );
  if (reasons.length > REASONS) refused.push(`${count(reasons.length - REASONS)} further reasons`);
  const [first] = conflicts;
  return first ? [...refused, `Conflicts, first ${refusalText(first)}: ${first.reason}`] : refused;
}

function refusalText({ line, field, value }: RefusedRow): string {
  const sent = value === null ? "" : ` ${field === null ? "" : `${field} `}"${value}"`;
  return `in line ${count(line)}${sent}`;
}

/** Writes what an import would do, with the first events as they would be stored and the command that does it. */
export function trialText(trial: ImportTrial, command: string, paint: Paint): string {
  const columns = ["id", "type", "user", "product", "amount", "time"];
  const rows = trial.examples.map(({ id, type, user, product, amount, atMs }) => [
    id,
    type,
    user ?? "-",
    product ?? "-",
    amount === null ? "-" : money(amount, ""),
    new Date(atMs).toISOString(),
  ]);
  return [
    importText(trial, paint),
    ...rows.length > 0 ? [table(columns, rows, paint)] : [],
    `Nothing was written. To import: ${command}`,
  ].join("\n");
}
