import { fileURLToPath } from "node:url";
import { type Machine, machineText } from "./machine.ts";

/** A table as people read it; the first column names the row. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What one bench found. */
export interface Report {
  readonly name: string;
  readonly title: string;
  /** what was done, in a paragraph */
  readonly method: string;
  readonly tables: readonly Table[];
  /** what to read out of the tables, and what to be careful about */
  readonly notes: readonly string[];
  /** the same, and each single run, for programs */
  readonly figures: unknown;
}

const RESULTS = new URL("../results/", import.meta.url);

/** Prints a report, and no more. */
export const print = (report: Report, machine: Machine) => console.log(`\n${markdown(report, machine)}`);

/** Prints a report and keeps it in `bench/results` as Markdown and JSON. */
export async function publish(report: Report, machine: Machine): Promise<void> {
  const text = markdown(report, machine);
  print(report, machine);
  await Deno.mkdir(RESULTS, { recursive: true });
  const { name, title, figures } = report;
  await Deno.writeTextFile(new URL(`${name}.md`, RESULTS), text);
  await Deno.writeTextFile(
    new URL(`${name}.json`, RESULTS),
    JSON.stringify({ name, title, machine, figures }, null, 1) + "\n",
  );
  console.error(`Written: ${fileURLToPath(new URL(name, RESULTS))}.md and .json`);
}

function markdown({ title, method, tables, notes }: Report, machine: Machine): string {
  const parts = [
    `# ${title}`,
    ...behind(notes),
    method,
    ...tables.flatMap((table) => [...table.title ? [`## ${table.title}`] : [], tableText(table)]),
    ...notes.length > 0 ? [notes.map((note) => `- ${note}`).join("\n")] : [],
    machineText(machine),
  ];
  return parts.join("\n\n") + "\n";
}

/** The aims that were not reached, for the first lines of a page. */
function behind(notes: readonly string[]): string[] {
  const missed = notes.filter((note) => note.startsWith("NO: ")).map((note) => note.slice("NO: ".length));
  return missed.length === 0 ? [] : [`**Not reached:** ${missed.join(" ")}`];
}

/** The first column to the left, figures to the right, padded so that it reads well as plain text too. */
function tableText({ head, rows }: Table): string {
  const widths = head.map((name, i) => Math.max(3, name.length, ...rows.map((row) => (row[i] ?? "").length)));
  const line = (cells: readonly string[]) =>
    `| ${
      widths.map((width, i) => i === 0 ? (cells[i] ?? "").padEnd(width) : (cells[i] ?? "").padStart(width))
        .join(" | ")
    } |`;
  const rule = `| ${
    widths.map((width, i) => i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`).join(" | ")
  } |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}
