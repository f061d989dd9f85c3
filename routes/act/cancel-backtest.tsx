import { HttpError, page } from "fresh";
import { DeedForm } from "../(_parts)/deed_form.tsx";
import { define, type State } from "../(_parts)/define.ts";
import { field, readForm, seeOther } from "../(_parts)/form.ts";
import { count, counted } from "../(_parts)/numbers.ts";
import type { BacktestSummary } from "../../src/reporting/read_backtest.ts";

/** The backtest that the address names. @throws {HttpError} there is none that runs */
async function asked({ url, state }: { url: URL; state: State }): Promise<BacktestSummary> {
  const id = url.searchParams.get("id");
  const found = (await state.dashboard.backtests()).find((b) => b.id === id && b.state === "running");
  if (!found) throw new HttpError(404, "No such backtest runs any more");
  state.title = "End a backtest";
  return found;
}

export const handler = define.handlers({
  async GET(ctx) {
    const backtest = await asked(ctx);
    return page({ backtest, why: "", once: crypto.randomUUID(), problem: null as string | null });
  },
  async POST(ctx) {
    const form = await readForm(ctx), { desk } = ctx.state, person = ctx.state.person!;
    const backtest = await asked(ctx), why = field(form, "why"), once = field(form, "once");
    const path = `/backtests/${backtest.id}/cancel`;
    const refused = why
      ? await desk.change(person, { path, body: { why }, once })
      : { status: 422, why: "Say why: whoever comes next reads it in the audit" };
    if (refused) return page({ backtest, why, once, problem: refused.why }, { status: refused.status });
    await desk.leaveNotice(person, `Backtest ${backtest.id} was told to end.`);
    return seeOther(`/backtests/${backtest.id}`);
  },
});

export default define.page<typeof handler>(function Cancel({ data, state, url }) {
  const { backtest: { id, done, steps }, ...rest } = data;
  const deed = {
    question: `End backtest ${id}?`,
    will: [
      `It ends after ${count(done)} of ${
        counted(steps, "step")
      }; what it found so far stays, and can be read.`,
      "It cannot go on afterwards; another one can be begun.",
    ],
    button: `End backtest ${id}`,
    back: `/backtests/${id}`,
  };
  return <DeedForm deed={deed} person={state.person} action={url.pathname + url.search} {...rest} />;
});
