import { historyCsv } from "./csv.ts";
import type { HistoryEntry } from "./rows.ts";

type Pages = AsyncIterable<readonly HistoryEntry[]>;

/**
 * The history as the text of one file, a piece per page, so that memory holds one page however long the history is.
 * Each piece ends with a line break.
 */
export const HISTORY_TEXT = { csv: csvPieces, json: jsonPieces } as const;

async function* csvPieces(pages: Pages): AsyncGenerator<string> {
  yield historyCsv([]);
  for await (const page of pages) if (page.length > 0) yield historyCsv(page, { header: false });
}

/** As `GET /retraining/history` answers where one page holds all, so that its JSON Schema is this file's, too. */
async function* jsonPieces(pages: Pages): AsyncGenerator<string> {
  yield '{"cycles":[\n';
  let comma = "";
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield comma + page.map((entry) => JSON.stringify(entry)).join(",\n") + "\n";
    comma = ",";
  }
  yield '],"next":null}\n';
}
