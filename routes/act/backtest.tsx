import { page } from "fresh";
import { BacktestForm } from "../backtests/(_components)/backtest_form.tsx";
import {
  type BacktestFields,
  fieldsOf,
  NO_FIELDS,
  readBacktest,
} from "../backtests/(_components)/backtest_request.ts";
import { define } from "../../src/dashboard/define.ts";
import { field, readForm, seeOther } from "../../src/dashboard/form.ts";
import { Crumbs } from "../../components/crumbs.tsx";
import { PageHeader } from "../../components/page_header.tsx";

export const handler = define.handlers({
  async GET({ url, state }) {
    state.title = "New backtest";
    const { models, own } = await state.dashboard.configuration();
    // an address may bring settings to try, as ?lines=gate%3Dthreshold
    const fields: BacktestFields = { ...NO_FIELDS, lines: url.searchParams.get("lines") ?? "" };
    return page({
      fields,
      models,
      own: own.policies,
      why: "",
      once: crypto.randomUUID(),
      problem: null as string | null,
    });
  },
  async POST(ctx) {
    const form = await readForm(ctx);
    const { sessions, dashboard } = ctx.state;
    const person = ctx.state.person!;
    ctx.state.title = "New backtest";
    const configuration = await dashboard.configuration();
    const own = configuration.own.policies;
    const fields = fieldsOf(form, own.map(({ name }) => name));
    const why = field(form, "why");
    const once = field(form, "once");
    const parsed = readBacktest(fields, configuration);
    const refused = parsed.body === null
      ? { status: 422, why: parsed.problem }
      : why
      ? await sessions.change(person, { path: "/backtests", body: { ...parsed.body, why }, once })
      : { status: 422, why: "A reason is required: it is recorded in the audit log" };
    if (refused) {
      const { models } = configuration;
      return page({ fields, models, own, why, once, problem: refused.why }, { status: refused.status });
    }
    await sessions.leaveNotice(
      person,
      "Backtest started. It runs in the background and does not affect serving.",
    );
    return seeOther("/backtests");
  },
});

export default define.page<typeof handler>(function Begin({ data, state }) {
  return (
    <>
      <PageHeader>
        <Crumbs above={["/backtests"]} here="New backtest" />
        <h1>New backtest</h1>
        <ul class="plain">
          <li>
            History is replayed under each policy, in a separate registry, with the production cycle.
          </li>
          <li>Serving, checks and alerts are not affected; live trainings run alongside.</li>
          <li>One backtest runs at a time. It survives restarts and can be cancelled at any time.</li>
        </ul>
      </PageHeader>
      <BacktestForm {...data} person={state.person!} />
    </>
  );
});
