import type { Client } from "../client/client.ts";
import type { Outcome } from "../retraining/cycle.ts";
import type { HistoryEntry } from "../app/export/rows.ts";

const PAGE = 500;

/**
 * The whole history, newest first, a page at a time as it is asked for. A cycle that begins meanwhile moves the rest on
 * by one: what the page before held already is left out.
 */
export async function* historyPages(
  client: Pick<Client, "history">,
  filter: { model?: string; outcome?: Outcome },
): AsyncGenerator<HistoryEntry[]> {
  let before = new Set<string>();
  for (let offset: number | null = 0; offset !== null;) {
    const { cycles, next } = await client.history({ ...filter, limit: PAGE, offset });
    yield cycles.filter(({ id }) => !before.has(id));
    before = new Set(cycles.map(({ id }) => id));
    offset = next;
  }
}
