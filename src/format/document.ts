/** A document of sections, as Markdown and as a page of its own. Whatever stands in it, both show it as it is written. */

/** One part of a document: sentences, then a table. */
export interface DocumentSection {
  title: string;
  lines: readonly string[];
  /** left out: none */
  table?: { columns: readonly string[]; rows: readonly (readonly string[])[] };
}

export interface Document {
  title: string;
  sections: readonly DocumentSection[];
}

/** Keeps a text from being read as Markdown or HTML, on one line. */
const plain = (text: string): string =>
  text.replaceAll(/\s+/g, " ").replaceAll(/[\\`*_{}[\]<>|#~]/g, (char) => `\\${char}`);

/** Writes a document as Markdown. */
export function markdownOf({ title, sections }: Document): string {
  const parts = sections.flatMap(({ title, lines, table }) => [
    `## ${plain(title)}`,
    ...lines.length > 0 ? [lines.map((line) => `- ${plain(line)}`).join("\n")] : [],
    ...table ? [tableText(table)] : [],
  ]);
  return `${[`# ${plain(title)}`, ...parts].join("\n\n")}\n`;
}

function tableText({ columns, rows }: NonNullable<DocumentSection["table"]>): string {
  const line = (cells: readonly string[]) => `| ${cells.map(plain).join(" | ")} |`;
  return [line(columns), `|${" --- |".repeat(columns.length)}`, ...rows.map(line)].join("\n");
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (char) => ESCAPES[char]);

const STYLE = "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;" +
  "color-scheme:light dark}table{border-collapse:collapse}th,td{text-align:left;padding:.3rem 1rem .3rem 0;" +
  "border-bottom:1px solid #8886}";

/** Writes a document as a page that needs nothing else: no script, no file, no network. */
export function htmlOf({ title, sections }: Document): string {
  const body = sections.map(({ title, lines, table }) =>
    `<h2>${escaped(title)}</h2>\n` +
    (lines.length > 0 ? `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join("")}</ul>\n` : "") +
    (table ? tableHtml(table) : "")
  ).join("");
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>` +
    `<style>${STYLE}</style></head>\n<body><h1>${escaped(title)}</h1>\n${body}</body></html>\n`;
}

function tableHtml({ columns, rows }: NonNullable<DocumentSection["table"]>): string {
  const cells = (row: readonly string[]) => row.map((cell) => `<td>${escaped(cell)}</td>`).join("");
  const head = columns.map((column) => `<th scope="col">${escaped(column)}</th>`).join("");
  const body = rows.map((row) => `<tr>${cells(row)}</tr>`).join("");
  return `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>\n`;
}
