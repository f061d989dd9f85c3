import { openEventFile } from "../../src/events/read_file.ts";

/** A row of the bundled file, as a shop's tracker would send it. */
export interface SentEvent {
  id: string;
  type: string;
  user?: string;
  session?: string;
  product?: string;
  category?: string;
  price?: number;
  quantity?: number;
  amount?: number;
  time: string;
}

/** The first rows of an event file in the order of time, each with an id. */
export async function readEvents(path: string, limit: number): Promise<SentEvent[]> {
  const events: SentEvent[] = [];
  for await (const { rows } of (await openEventFile(path)).read()) {
    for (const row of rows) {
      if (events.length >= limit) return events;
      if ("raw" in row) events.push(eventOf(row.raw as Record<string, string>, row.line));
    }
  }
  return events;
}

const numberOf = (text: string | undefined) => text === undefined || text === "" ? undefined : Number(text);

const eventOf = (raw: Record<string, string>, line: number): SentEvent => ({
  id: `row-${line}`,
  type: raw.type,
  user: raw.user || undefined,
  session: raw.session,
  product: raw.product,
  category: raw.category,
  price: numberOf(raw.price),
  quantity: numberOf(raw.quantity),
  amount: numberOf(raw.amount),
  time: new Date(raw.time).toISOString(),
});

/** Divides into batches; the last may be shorter. */
export const batches = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
