import { HttpError } from "fresh";
import { actionOf } from "./(_components)/action.ts";
import { type Action } from "../../components/retrainer_actions.ts";
import { ActionForm } from "./(_components)/action_form.tsx";
import { actionHandlers, type ActionRequest } from "../../src/dashboard/action_handlers.ts";
import { compareHeadline } from "../versions/(_components)/compare_labels.ts";
import { cycleText } from "../../src/retraining/cycle_text.ts";
import { isDrillVersion } from "../../src/retraining/version_status.ts";
import type { ModelStatus } from "../../src/retraining/status.ts";
import { define } from "../../src/dashboard/define.ts";
import { wholeNumber } from "../../src/dashboard/whole_number.ts";

/** Finds the action that the address asks for. @throws {HttpError} there is no such action, model or version */
async function asked({ params, url, state }: ActionRequest): Promise<Action> {
  const model = url.searchParams.get("model");
  const version = wholeNumber(url.searchParams.get("version"));
  const { models } = await state.dashboard.status();
  const status = models.find((m) => m.model === model);
  const action = status && actionOf(params.action, status, version);
  if (action && status && params.action === "promote") {
    action.will.push(...await evidenceOn(state, status, version!));
  }
  if (!action) throw new HttpError(404, "No such action on a model, or on a version of it");
  state.title = action.button;
  return action;
}

/** What is known of the version that is to serve, beside the one that does. */
async function evidenceOn(
  { dashboard }: ActionRequest["state"],
  { model, serving }: ModelStatus,
  version: number,
): Promise<string[]> {
  const found = await dashboard.version(model, version);
  if (!found) throw new HttpError(404, `There is no version ${version} of ${model}`);
  if (isDrillVersion(found)) {
    throw new HttpError(409, "A drill made this version worse on purpose: it cannot be promoted");
  }
  const cycle = found.state === "rejected" ? await dashboard.cycle(found.cycleId) : null;
  const rejected = cycle ? [`It was rejected in cycle ${cycle.number}: ${cycleText(cycle)}.`] : [];
  if (!serving || serving.version === version) return rejected;
  const view = await dashboard.comparison({ model, a: serving.version, b: version });
  return view ? [...rejected, `Evidence: ${compareHeadline(view)}`] : rejected;
}

export const handler = actionHandlers({
  asked,
  change: ({ path, body }) => ({ path, body }),
  unexplained: "A reason is required: it is recorded in the audit log",
  done: ({ done }) => done,
  back: ({ back }) => back,
});

export default define.page<typeof handler>(function Act({ data, state, url }) {
  const { subject: action, ...rest } = data;
  return <ActionForm action={action} {...rest} person={state.person} submitTo={url.pathname + url.search} />;
});
