import type { FileRow, RowBlock } from "./file_rows.ts";
import type { LineBlock } from "./lines.ts";

/** Reads one JSON object per line; empty lines are left out. */
export async function* readNdjson(blocks: AsyncIterable<LineBlock>): AsyncGenerator<RowBlock> {
  let line = 0;
  for await (const { lines, bytesRead } of blocks) {
    const rows: FileRow[] = [];
    for (const text of lines) {
      line += 1;
      if (text.trim() !== "") rows.push(rowOf(text, line));
    }
    yield { rows, bytesRead };
  }
}

function rowOf(text: string, line: number): FileRow {
  try {
    const raw = JSON.parse(text);
    if (raw !== null && typeof raw === "object" && !Array.isArray(raw)) return { line, raw };
    return { line, unreadable: "line is not a JSON object" };
  } catch {
    return { line, unreadable: "line is not JSON" };
  }
}
