import { HttpError } from "fresh";
import { ActionForm } from "./(_components)/action_form.tsx";
import { actionHandlers, type ActionRequest } from "../../src/dashboard/action_handlers.ts";
import { define } from "../../src/dashboard/define.ts";
import { count, counted } from "../../src/format/figures.ts";
import type { BacktestSummary } from "../../src/app/reports/backtest.ts";

/** The backtest that the address names. @throws {HttpError} there is none that runs */
async function asked({ url, state }: ActionRequest): Promise<BacktestSummary> {
  const id = url.searchParams.get("id");
  const backtest = (await state.dashboard.backtests()).find((b) => b.id === id && b.state === "running");
  if (!backtest) throw new HttpError(404, "No such backtest runs any more");
  state.title = "End a backtest";
  return backtest;
}

export const handler = actionHandlers({
  asked,
  change: ({ id }) => ({ path: `/backtests/${id}/cancel` }),
  unexplained: "Say why: whoever comes next reads it in the audit",
  done: ({ id }) => `Backtest ${id} was told to end.`,
  back: ({ id }) => `/backtests/${id}`,
});

export default define.page<typeof handler>(function Cancel({ data, state, url }) {
  const { subject: { id, done, steps }, ...rest } = data;
  const action = {
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
  return <ActionForm action={action} person={state.person} submitTo={url.pathname + url.search} {...rest} />;
});
