import { page } from "fresh";
import {
  csvPath,
  type CycleFilter,
  cyclesPath,
  readFilter,
  SORTS,
  TEXT_MAX,
} from "./(_components)/cycle_filter.ts";
import { define } from "../../src/dashboard/define.ts";
import { CycleTable } from "./(_components)/cycle_table.tsx";
import { follow } from "../../src/dashboard/view.ts";
import { outcomeBadge, outcomesText, triggerName, TRIGGERS } from "../../components/labels.ts";
import { CycleSort, Outcome } from "../../src/retraining/cycle.ts";
import type { ModelStatus } from "../../src/retraining/status.ts";
import { PageHeader } from "../../components/page_header.tsx";

const PAGE_ROWS = 50;

export const handler = define.handlers({
  async GET({ url, state }) {
    const filter = readFilter(url.searchParams);
    const offset = (filter.page - 1) * PAGE_ROWS;
    const { status: { models, clock } } = await follow(state, "cycles");
    const rows = await state.dashboard.cycles({
      ...filter,
      limit: PAGE_ROWS + 1,
      offset,
    });
    state.title = "Cycles";
    return page({ models, clock, filter, cycles: rows.slice(0, PAGE_ROWS), more: rows.length > PAGE_ROWS });
  },
});

export default define.page<typeof handler>(function Cycles({ data }) {
  const { models, filter, cycles, more } = data;
  return (
    <>
      <PageHeader id="answer" data-redraw>
        <h1>{answer(models)}</h1>
        <p>
          Each cycle checks, trains a challenger, and deploys it only if it passes validation on held-out
          rows.
        </p>
      </PageHeader>
      <FilterForm models={models.map((m) => m.model)} filter={filter} />
      <div id="list" data-redraw>
        {cycles.length === 0
          ? (
            <p class="notice">
              {isFiltered(filter) ? "No cycle matches." : firstCycle(models)}
            </p>
          )
          : <CycleTable cycles={cycles} filter={filter} />}
      </div>
      <nav class="row pages" aria-label="Pages">
        {filter.page > 1 && (
          <a rel="prev" href={cyclesPath({ ...filter, page: filter.page - 1 })}>{toward(filter, -1)}</a>
        )}
        {(filter.page > 1 || more) && <span>Page {filter.page}</span>}
        {more && (
          <a rel="next" href={cyclesPath({ ...filter, page: filter.page + 1 })}>{toward(filter, 1)}</a>
        )}
        {cycles.length > 0 && (
          <a href={csvPath(filter)}>
            CSV <small>of the first 1,000, {SORTS[filter.sort][filter.order]}</small>
          </a>
        )}
      </nav>
    </>
  );
});

const isFiltered = ({ page, ...filter }: CycleFilter): boolean =>
  page > 1 || [filter.model, filter.outcome, filter.trigger, filter.from, filter.to, filter.text]
    .some((value) => value !== undefined);

/** Links to the page before or after this one. */
function toward({ sort, order }: CycleFilter, step: -1 | 1): string {
  if (sort !== "started") return step < 0 ? "Previous" : "Next";
  return (order === "desc") === step > 0 ? "Older" : "Newer";
}

/** Counts the cycles by outcome. */
function answer(models: readonly ModelStatus[]): string {
  const sums: Record<string, number> = {};
  for (const [outcome, n] of models.flatMap((m) => Object.entries(m.outcomes))) {
    sums[outcome] = (sums[outcome] ?? 0) + n;
  }
  return `${outcomesText(sums) ?? "No cycles yet"}.`;
}

function firstCycle(models: readonly ModelStatus[]): string {
  const waiting = models.find((m) => m.samples.collected < m.samples.needed);
  if (!waiting) return "No cycles yet. The first starts with the next check.";
  const { collected, needed } = waiting.samples;
  return `No cycles yet. ${waiting.model} has ${collected} of ${needed} samples that a check needs.`;
}

function FilterForm({ models, filter }: { models: string[]; filter: CycleFilter }) {
  return (
    <form class="row filter" action="/cycles" method="get">
      <span class="pair">
        <label for="model">Model</label>
        <select id="model" name="model">
          <option value="">any</option>
          {models.map((m) => <option key={m} selected={m === filter.model}>{m}</option>)}
        </select>
      </span>
      <span class="pair">
        <label for="outcome">Outcome</label>
        <select id="outcome" name="outcome">
          <option value="">any</option>
          {Outcome.options.map((o) => (
            <option key={o} value={o} selected={o === filter.outcome}>
              {outcomeBadge(o).word.toLowerCase()}
            </option>
          ))}
        </select>
      </span>
      <span class="pair">
        <label for="trigger">Trigger</label>
        <select id="trigger" name="trigger">
          <option value="">any</option>
          {TRIGGERS.map((t) => (
            <option key={t} value={t} selected={t === filter.trigger}>{triggerName(t)}</option>
          ))}
        </select>
      </span>
      <span class="pair">
        <label for="sort">Sort</label>
        <select id="sort" name="sort">
          {CycleSort.options.flatMap((sort) =>
            (["desc", "asc"] as const).map((order) => (
              <option
                key={`${sort} ${order}`}
                value={`${sort} ${order}`}
                selected={sort === filter.sort && order === filter.order}
              >
                {SORTS[sort][order]}
              </option>
            ))
          )}
        </select>
      </span>
      <span class="pair">
        <label for="from">As of</label>
        <input id="from" name="from" type="date" value={filter.from} />
      </span>
      <span class="pair">
        <label for="to">to</label>
        <input id="to" name="to" type="date" value={filter.to} />
      </span>
      <span class="pair">
        <label for="text">Text</label>
        <input id="text" name="text" type="search" maxLength={TEXT_MAX} value={filter.text} />
      </span>
      <button type="submit">Show</button>
      {isFiltered(filter) && <a href="/cycles" aria-current="false">Clear</a>}
    </form>
  );
}
