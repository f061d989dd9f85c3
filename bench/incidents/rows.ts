import { readLines } from "../../src/events/lines.ts";
import { openEventFile } from "../../src/events/read_file.ts";
import { parseTime } from "../../src/events/time.ts";

/** A line of a shop's history, before it is sent. */
export interface ShopRow {
  readonly id: string;
  readonly type: string;
  readonly user: string | null;
  readonly session: string | null;
  readonly product: string | null;
  readonly category: string | null;
  readonly price: number | null;
  readonly quantity: number | null;
  readonly amount: number | null;
  readonly timeMs: number;
}

/** An event as a shop sends it, and when it leaves the shop. */
export interface SentEvent {
  readonly sentMs: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A row under the names of `ShopEvent`, sent at the moment it happens; what it does not have is left out. */
export function sent({ timeMs, ...fields }: ShopRow): SentEvent {
  const body = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  return { sentMs: timeMs, body: { ...body, time: timeMs } };
}

/** Reads an event file into rows, oldest first, each with an id of its own: equal lines stay apart. */
export async function readRows(path: string): Promise<ShopRow[]> {
  const file = await openEventFile(path);
  const rows: ShopRow[] = [];
  for await (const block of file.read()) {
    for (const row of block.rows) if ("raw" in row) rows.push(rowOf(row.raw, row.line));
  }
  return rows.sort((a, b) => a.timeMs - b.timeMs);
}

function rowOf(raw: Record<string, unknown>, line: number): ShopRow {
  const text = (name: string) => raw[name] === undefined ? null : String(raw[name]);
  const number = (name: string) => raw[name] === undefined ? null : Number(raw[name]);
  return {
    id: `line-${line}`,
    type: String(raw.type),
    user: text("user"),
    session: text("session"),
    product: text("product"),
    category: text("category"),
    price: number("price"),
    quantity: number("quantity"),
    amount: number("amount"),
    timeMs: parseTime(raw.time as string, "utc")!,
  };
}

/** Reads any gzipped CSV without quotes, line by line, by the names of its header. */
export async function* readTable(path: string): AsyncGenerator<Record<string, string>> {
  let names: string[] | undefined;
  for await (const { lines } of readLines(path, { gzip: true })) {
    for (const line of lines) {
      const values = line.split(",");
      if (names) yield Object.fromEntries(names.map((name, i) => [name, values[i] ?? ""]));
      else names = values;
    }
  }
}
