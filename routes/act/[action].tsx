import { HttpError } from "fresh";
import { actionOf } from "./(_components)/action.ts";
import { type Action } from "../../components/retrainer_actions.ts";
import { ActionForm } from "./(_components)/action_form.tsx";
import { actionHandlers, type ActionRequest } from "../../src/dashboard/action_handlers.ts";
import { define } from "../../src/dashboard/define.ts";
import { wholeNumber } from "../../src/dashboard/whole_number.ts";

/** Finds the action that the address asks for. @throws {HttpError} there is no such action, model or version */
async function asked({ params, url, state }: ActionRequest): Promise<Action> {
  const model = url.searchParams.get("model");
  const version = wholeNumber(url.searchParams.get("version"));
  const { models } = await state.dashboard.status();
  const status = models.find((m) => m.model === model);
  const action = status && actionOf(params.action, status, version);
  if (!action) throw new HttpError(404, "No such action on a model, or on a version of it");
  state.title = action.button;
  return action;
}

export const handler = actionHandlers({
  asked,
  change: ({ path, body }) => ({ path, body }),
  unexplained: "Say why: whoever comes next reads it in the audit",
  done: ({ done }) => done,
  back: ({ back }) => back,
});

export default define.page<typeof handler>(function Act({ data, state, url }) {
  const { subject: action, ...rest } = data;
  return <ActionForm action={action} {...rest} person={state.person} submitTo={url.pathname + url.search} />;
});
