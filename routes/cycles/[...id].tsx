import { HttpError, page } from "fresh";
import LiveCycle from "../../islands/LiveCycle.tsx";
import type { Cycle } from "../../src/retraining/cycle.ts";
import { define } from "../../src/dashboard/define.ts";
import { CycleAnswers } from "./(_components)/cycle_answers.tsx";
import { Comparison, Reasons, WatchNote } from "./(_components)/cycle_evidence.tsx";
import { Made } from "./(_components)/cycle_made.tsx";
import { TrainingChart } from "./(_components)/training_chart.tsx";
import { Timeline } from "./(_components)/timeline.tsx";
import { follow } from "../../src/dashboard/view.ts";
import { cycleHeadline } from "../../components/labels.ts";
import { Crumbs } from "../../components/crumbs.tsx";
import { PageHeader } from "../../components/page_header.tsx";

/** Whether anything of it may still change. */
const isUnderWay = ({ outcome }: Cycle) => outcome === null || outcome === "rolling out";

/** A cycle's id with another number in its place. */
const neighbour = (id: string, number: number) => id.replace(/\d+$/, String(number));

export const handler = define.handlers({
  async GET({ params, state }) {
    const { dashboard } = state;
    const view = await follow(state, "cycles");
    const cycle = await dashboard.cycle(params.id);
    if (!cycle) throw new HttpError(404, `There is no cycle "${params.id}"`);
    if (!isUnderWay(cycle)) state.live = undefined;
    const running = view.status.models.find(({ model }) => model === cycle.model)?.running ?? null;
    const [made, moves, earlier, later] = await Promise.all([
      cycle.challenger === null ? null : dashboard.version(cycle.model, cycle.challenger),
      dashboard.moves(cycle.model),
      dashboard.cycle(neighbour(cycle.id, cycle.number - 1)),
      dashboard.cycle(neighbour(cycle.id, cycle.number + 1)),
    ]);
    const workflowUrl = dashboard.workflowUrl(cycle.id, cycle.runId);
    state.title = `${cycle.model}, cycle ${cycle.number}`;
    return page({ cycle, made, moves, earlier, later, workflowUrl, now: view.readAt, running });
  },
});

export default define.page<typeof handler>(function OneCycle({ data }) {
  const { cycle, made, moves, earlier, later, workflowUrl, now, running } = data;
  const { model } = cycle;
  return (
    <>
      <PageHeader id="cycle" data-redraw>
        <Crumbs
          above={["/cycles", { href: `/cycles?model=${model}`, name: model }]}
          here={`Cycle ${cycle.number}`}
        >
          {earlier && <a href={`/cycles/${earlier.id}`}>{earlier.number}, earlier</a>}
          {later && <a href={`/cycles/${later.id}`}>{later.number}, later</a>}
        </Crumbs>
        <h1>{cycleHeadline(cycle)}</h1>
        <CycleAnswers cycle={cycle} workflowUrl={workflowUrl} />
      </PageHeader>
      <LiveCycle id={cycle.id} model={model} initial={{ running, stages: cycle.stages }} />
      <div id="found" data-redraw>
        <Timeline cycle={cycle} now={now} />
        <Reasons cycle={cycle} />
        <Comparison cycle={cycle} />
        <TrainingChart made={made} />
        <WatchNote watch={cycle.watch} />
        <Made cycle={cycle} made={made} moves={moves} />
      </div>
    </>
  );
});
