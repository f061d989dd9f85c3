import { page } from "fresh";
import { type CheckFilter, checksPath, readFilter } from "./(_components)/check_filter.ts";
import { PageHeader } from "../../components/page_header.tsx";
import { StatusBadge, Time } from "../../components/status_badge.tsx";
import { answerBadge, triggerName } from "../../components/labels.ts";
import { define } from "../../src/dashboard/define.ts";
import { follow } from "../../src/dashboard/view.ts";
import { count } from "../../src/format/numbers.ts";
import { moment } from "../../src/format/times.ts";
import { Answer, type Check } from "../../src/retraining/check.ts";

const PAGE_ROWS = 50;

export const handler = define.handlers({
  async GET({ url, state }) {
    const filter = readFilter(url.searchParams);
    const { status: { models } } = await follow(state, "cycles");
    const { checks, next } = await state.dashboard.pageOfChecks({ ...filter, limit: PAGE_ROWS });
    state.title = "Checks";
    return page({ models: models.map(({ model }) => model), filter, checks, next });
  },
});

export default define.page<typeof handler>(function Checks({ data: { models, filter, checks, next } }) {
  return (
    <>
      <PageHeader id="answer" data-redraw>
        <h1>{headline(checks)}</h1>
        <p>
          A check decides whether to retrain. Those that began no cycle are here as well, with every reason.
        </p>
      </PageHeader>
      <FilterForm models={models} filter={filter} />
      <div id="list" data-redraw>
        {checks.length === 0 ? <p class="notice">No checks.</p> : <CheckTable checks={checks} />}
      </div>
      <nav class="row pages" aria-label="Pages">
        {filter.before && <a rel="first" href={checksPath({ ...filter, before: undefined })}>Newest</a>}
        {next !== null && <a rel="next" href={checksPath({ ...filter, before: next })}>Older</a>}
      </nav>
    </>
  );
});

/** Says what the newest check answered. */
function headline([newest]: readonly Check[]): string {
  if (!newest) return "No checks yet.";
  const answer = answerBadge(newest.answer).word.toLowerCase();
  return `Newest check: ${newest.model} as of ${moment(newest.asOf, "day")}, ${answer}.`;
}

function CheckTable({ checks }: { checks: readonly Check[] }) {
  return (
    <table class="records">
      <caption class="visually-hidden">Checks, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Check</th>
          <th scope="col">Answer</th>
          <th scope="col">Trigger</th>
          <th scope="col" class="num">Reasons for</th>
          <th scope="col">Cycle</th>
          <th scope="col">Checked</th>
        </tr>
      </thead>
      <tbody>{checks.map((check) => <CheckRow key={check.id} check={check} />)}</tbody>
    </table>
  );
}

function CheckRow({ check }: { check: Check }) {
  const { id, model, asOf, answer, trigger, reasons, cycleId, checkedAt } = check;
  return (
    <tr>
      <th scope="row">
        <a href={`/checks/${id}`}>{model}, {moment(asOf, "day")}</a>
      </th>
      <td data-label="Answer">
        <StatusBadge badge={answerBadge(answer)} />
      </td>
      <td data-label="Trigger">{triggerName(trigger)}</td>
      <td class="num" data-label="Reasons for">
        {count(reasons.filter(({ speaks }) => speaks === "for").length)} of {count(reasons.length)}
      </td>
      <td data-label="Cycle">{cycleId === null ? "none" : <a href={`/cycles/${cycleId}`}>cycle</a>}</td>
      <td data-label="Checked">
        <Time iso={checkedAt} as="moment" />
      </td>
    </tr>
  );
}

function FilterForm({ models, filter }: { models: string[]; filter: CheckFilter }) {
  return (
    <form class="row filter" action="/checks" method="get">
      <span class="pair">
        <label for="model">Model</label>
        <select id="model" name="model">
          <option value="">all</option>
          {models.map((model) => <option key={model} selected={model === filter.model}>{model}</option>)}
        </select>
      </span>
      <span class="pair">
        <label for="of-answer">Answer</label>
        <select id="of-answer" name="answer">
          <option value="">all</option>
          {Answer.options.map((answer) => (
            <option key={answer} value={answer} selected={answer === filter.answer}>
              {answerBadge(answer).word.toLowerCase()}
            </option>
          ))}
        </select>
      </span>
      <button type="submit">Show</button>
    </form>
  );
}
