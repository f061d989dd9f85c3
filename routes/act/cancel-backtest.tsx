import { HttpError } from "fresh";
import { ActionForm } from "./(_components)/action_form.tsx";
import { actionHandlers, type ActionRequest } from "../../src/dashboard/action_handlers.ts";
import { define } from "../../src/dashboard/define.ts";
import { count, counted } from "../../src/format/numbers.ts";
import type { BacktestSummary } from "../../src/app/reports/backtest.ts";

/** The backtest that the address names. @throws {HttpError} there is none that runs */
async function asked({ url, state }: ActionRequest): Promise<BacktestSummary> {
  const id = url.searchParams.get("id");
  const backtest = (await state.dashboard.backtests()).find((b) => b.id === id && b.state === "running");
  if (!backtest) throw new HttpError(404, "This backtest is no longer running");
  state.title = "Cancel backtest";
  return backtest;
}

export const handler = actionHandlers({
  asked,
  change: ({ id }) => ({ path: `/backtests/${id}/cancel` }),
  unexplained: "A reason is required: it is recorded in the audit log",
  done: ({ id }) => `Backtest ${id} is being cancelled.`,
  back: ({ id }) => `/backtests/${id}`,
});

export default define.page<typeof handler>(function Cancel({ data, state, url }) {
  const { subject: { id, done, steps }, ...rest } = data;
  const action = {
    question: `Cancel backtest ${id}?`,
    will: [
      `It stops after ${count(done)} of ${counted(steps, "step")}; results so far are kept.`,
      "It cannot be resumed; you can start another one.",
    ],
    button: `Cancel backtest ${id}`,
    back: `/backtests/${id}`,
  };
  return <ActionForm action={action} person={state.person} submitTo={url.pathname + url.search} {...rest} />;
});
