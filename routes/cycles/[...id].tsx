import { HttpError, page } from "fresh";
import { define } from "../(_parts)/define.ts";
import { CycleAnswers } from "../(_parts)/cycle_answers.tsx";
import { Comparison, Reasons, WatchNote } from "../(_parts)/cycle_evidence.tsx";
import { Made } from "../(_parts)/cycle_made.tsx";
import { TrainingChart } from "../(_parts)/training_chart.tsx";
import { Timeline } from "../(_parts)/timeline.tsx";
import { cycleHeadline } from "../(_parts)/words.ts";

/** A cycle's id with another number in its place. */
const neighbour = (id: string, number: number) => id.replace(/\d+$/, String(number));

export const handler = define.handlers({
  async GET({ params, state }) {
    const { dashboard } = state;
    const cycle = await dashboard.cycle(params.id);
    if (!cycle) throw new HttpError(404, `There is no cycle "${params.id}"`);
    const [made, moves, earlier, later] = await Promise.all([
      cycle.challenger === null ? null : dashboard.version(cycle.model, cycle.challenger),
      dashboard.moves(cycle.model),
      dashboard.cycle(neighbour(cycle.id, cycle.number - 1)),
      dashboard.cycle(neighbour(cycle.id, cycle.number + 1)),
    ]);
    const workflowUrl = dashboard.workflowUrl(cycle.id, cycle.runId);
    state.title = `${cycle.model}, cycle ${cycle.number}`;
    return page({ cycle, made, moves, earlier, later, workflowUrl, now: dashboard.now() });
  },
});

export default define.page<typeof handler>(function OneCycle({ data }) {
  const { cycle, made, moves, earlier, later, workflowUrl, now } = data;
  const { model } = cycle;
  return (
    <>
      <header class="lede">
        <nav class="crumbs" aria-label="Breadcrumb">
          <a href="/cycles">All cycles</a>
          <a href={`/cycles?model=${model}`}>{model}</a>
          {earlier && <a href={`/cycles/${earlier.id}`}>{earlier.number}, earlier</a>}
          {later && <a href={`/cycles/${later.id}`}>{later.number}, later</a>}
        </nav>
        <h1>{cycleHeadline(cycle)}</h1>
        <CycleAnswers cycle={cycle} workflowUrl={workflowUrl} />
      </header>
      <Timeline cycle={cycle} now={now} />
      <Reasons cycle={cycle} />
      <Comparison cycle={cycle} />
      <TrainingChart made={made} />
      <WatchNote watch={cycle.watch} />
      <Made cycle={cycle} made={made} moves={moves} />
    </>
  );
});
