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
import { PageHeader } from "../../components/page_header.tsx";

export const handler = define.handlers({
  async GET({ url, state }) {
    state.title = "Begin a backtest";
    const { models } = await state.dashboard.configuration();
    // an address may bring settings to try, as ?lines=gate%3Dthreshold
    const fields: BacktestFields = { ...NO_FIELDS, lines: url.searchParams.get("lines") ?? "" };
    return page({ fields, models, why: "", once: crypto.randomUUID(), problem: null as string | null });
  },
  async POST(ctx) {
    const form = await readForm(ctx);
    const { sessions, dashboard } = ctx.state;
    const person = ctx.state.person!;
    ctx.state.title = "Begin a backtest";
    const configuration = await dashboard.configuration();
    const fields = fieldsOf(form);
    const why = field(form, "why");
    const once = field(form, "once");
    const parsed = readBacktest(fields, configuration);
    const refused = parsed.body === null
      ? { status: 422, why: parsed.problem }
      : why
      ? await sessions.change(person, { path: "/backtests", body: { ...parsed.body, why }, once })
      : { status: 422, why: "Say why: whoever comes next reads it in the audit" };
    if (refused) {
      const { models } = configuration;
      return page({ fields, models, why, once, problem: refused.why }, { status: refused.status });
    }
    await sessions.leaveNotice(
      person,
      "A backtest was begun. It goes on by itself: what serves is not touched.",
    );
    return seeOther("/backtests");
  },
});

export default define.page<typeof handler>(function Begin({ data, state }) {
  return (
    <>
      <PageHeader>
        <h1>What would a policy have done?</h1>
        <ul class="plain">
          <li>
            History is replayed under each policy, in a registry of its own, by the cycle that runs here.
          </li>
          <li>What serves, its checks and its alerts are not touched; live trainings have a turn too.</li>
          <li>One backtest runs at a time. It outlives restarts, and can be ended at any time.</li>
        </ul>
      </PageHeader>
      <BacktestForm {...data} person={state.person!} />
    </>
  );
});
