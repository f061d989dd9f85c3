import { page } from "fresh";
import { define } from "../(_parts)/define.ts";
import { CycleTable } from "../(_parts)/cycle_table.tsx";
import { follow } from "../(_parts)/view.ts";
import { outcomeSign, tally } from "../(_parts)/words.ts";
import { Outcome } from "../../src/reporting/cycle.ts";
import type { ModelStatus } from "../../src/reporting/status.ts";

const PAGE_ROWS = 50;

interface Filter {
  model?: string;
  outcome?: string;
  page: number;
}

/** The filter in an address; what makes no sense there is left out. */
function readFilter(query: URLSearchParams): Filter {
  const page = Number(query.get("page") ?? 1);
  return {
    model: query.get("model") || undefined,
    outcome: Outcome.safeParse(query.get("outcome")).data,
    page: Number.isInteger(page) && page > 0 && page < 1e6 ? page : 1,
  };
}

const address = ({ model, outcome, page }: Filter): string => {
  const entries = Object.entries({ model, outcome, page: page > 1 ? String(page) : undefined });
  const query = new URLSearchParams(entries.filter((e): e is [string, string] => e[1] !== undefined));
  return query.size > 0 ? `/cycles?${query}` : "/cycles";
};

/** The API gives the same cycles as a file. */
function csvAddress({ model, outcome }: Filter): string {
  const entries = Object.entries({ format: "csv", limit: "1000", model, outcome });
  const query = new URLSearchParams(entries.filter((e): e is [string, string] => e[1] !== undefined));
  return `/retraining/history?${query}`;
}

export const handler = define.handlers({
  async GET({ url, state }) {
    const filter = readFilter(url.searchParams);
    const offset = (filter.page - 1) * PAGE_ROWS;
    const { status: { models, clock } } = await follow(state, "cycles");
    const rows = await state.dashboard.cycles({
      ...{ model: filter.model, outcome: filter.outcome },
      ...{ limit: PAGE_ROWS + 1, offset },
    });
    state.title = "Cycles";
    return page({ models, clock, filter, cycles: rows.slice(0, PAGE_ROWS), more: rows.length > PAGE_ROWS });
  },
});

export default define.page<typeof handler>(function Cycles({ data }) {
  const { models, filter, cycles, more } = data;
  return (
    <>
      <header class="lede" id="answer" data-redraw>
        <h1>{answer(models)}</h1>
        <p>Each cycle checks, trains a challenger, and lets it serve only if unseen rows speak for it.</p>
      </header>
      <FilterForm models={models.map((m) => m.model)} filter={filter} />
      <div id="list" data-redraw>
        {cycles.length === 0
          ? (
            <p class="notice">
              {filter.page > 1 || filter.model || filter.outcome ? "No cycle matches." : firstCycle(models)}
            </p>
          )
          : <CycleTable cycles={cycles} />}
      </div>
      <nav class="row pages" aria-label="Pages">
        {filter.page > 1 && <a rel="prev" href={address({ ...filter, page: filter.page - 1 })}>Newer</a>}
        {(filter.page > 1 || more) && <span>Page {filter.page}</span>}
        {more && <a rel="next" href={address({ ...filter, page: filter.page + 1 })}>Older</a>}
        {cycles.length > 0 && (
          <a href={csvAddress(filter)}>
            CSV <small>of the newest 1,000</small>
          </a>
        )}
      </nav>
    </>
  );
});

/** How many cycles there were, and how they ended. */
function answer(models: readonly ModelStatus[]): string {
  const sums: Record<string, number> = {};
  for (const [outcome, n] of models.flatMap((m) => Object.entries(m.outcomes))) {
    sums[outcome] = (sums[outcome] ?? 0) + n;
  }
  return `${tally(sums) ?? "No cycles yet"}.`;
}

function firstCycle(models: readonly ModelStatus[]): string {
  const waiting = models.find((m) => m.samples.collected < m.samples.needed);
  if (!waiting) return "No cycles yet. The first begins with the next check.";
  const { collected, needed } = waiting.samples;
  return `No cycles yet. ${waiting.model} has ${collected} of ${needed} samples that a check needs.`;
}

function FilterForm({ models, filter }: { models: string[]; filter: Filter }) {
  return (
    <form class="row filter" action="/cycles" method="get">
      <label for="model">Model</label>
      <select id="model" name="model">
        <option value="">all</option>
        {models.map((m) => <option key={m} selected={m === filter.model}>{m}</option>)}
      </select>
      <label for="outcome">Ended</label>
      <select id="outcome" name="outcome">
        <option value="">in any way</option>
        {Outcome.options.map((o) => (
          <option key={o} value={o} selected={o === filter.outcome}>
            {outcomeSign(o).word.toLowerCase()}
          </option>
        ))}
      </select>
      <button type="submit">Show</button>
    </form>
  );
}
