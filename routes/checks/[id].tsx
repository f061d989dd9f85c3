import { HttpError, page } from "fresh";
import { isCheckId } from "./(_components)/check_filter.ts";
import { Crumbs } from "../../components/crumbs.tsx";
import { PageHeader } from "../../components/page_header.tsx";
import { ReasonRows } from "../../components/reason_rows.tsx";
import { StatusBadge, Time } from "../../components/status_badge.tsx";
import { WorthSums } from "../../components/worth_sums.tsx";
import { answerBadge, triggerName } from "../../components/labels.ts";
import { define } from "../../src/dashboard/define.ts";
import { counted } from "../../src/format/numbers.ts";
import { moment } from "../../src/format/times.ts";

export const handler = define.handlers({
  async GET({ params, state }) {
    const check = isCheckId(params.id) ? await state.dashboard.check(params.id) : null;
    if (!check) throw new HttpError(404, `There is no check "${params.id}"`);
    state.title = `${check.model}, check of ${moment(check.asOf, "day")}`;
    return page({ check });
  },
});

export default define.page<typeof handler>(function OneCheck({ data: { check } }) {
  const { id, model, asOf, trigger, answer, reasons, cycleId, checkedAt } = check;
  const speaking = reasons.filter(({ speaks }) => speaks === "for").length;
  return (
    <>
      <PageHeader>
        <Crumbs
          above={["/checks", { href: `/checks?model=${model}`, name: model }]}
          here={`Check of ${moment(asOf, "day")}`}
        />
        <h1>{model} as of {moment(asOf, "day")}: {answerBadge(answer).word.toLowerCase()}.</h1>
        <dl class="answers">
          <div>
            <dt>Answer</dt>
            <dd>
              <StatusBadge badge={answerBadge(answer)} />
            </dd>
          </div>
          <div>
            <dt>Trigger</dt>
            <dd>{triggerName(trigger)}</dd>
          </div>
          <div>
            <dt>Checked</dt>
            <dd>
              <Time iso={checkedAt} as="moment" />
            </dd>
          </div>
          <div>
            <dt>Cycle</dt>
            <dd>{cycleId === null ? "none: it began none" : <a href={`/cycles/${cycleId}`}>{cycleId}</a>}</dd>
          </div>
        </dl>
      </PageHeader>
      <section class="section" aria-labelledby="why">
        <WorthSums reasons={reasons} />
        <table class="records">
          <caption>
            <h2 id="why">
              {speaking} of {counted(reasons.length, "reason")} for retraining
              <small>
                Computed again from its stored evidence by <code>perennial explain {id}</code>.
              </small>
            </h2>
          </caption>
          <ReasonRows reasons={reasons} />
        </table>
      </section>
    </>
  );
});
