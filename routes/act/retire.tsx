import { HttpError } from "fresh";
import { ActionForm } from "./(_components)/action_form.tsx";
import { actionHandlers, type ActionRequest } from "../../src/dashboard/action_handlers.ts";
import { define } from "../../src/dashboard/define.ts";

/** The model that the address names: one in use, or one whose file is gone. @throws {HttpError} there is none */
async function asked({ url, state }: ActionRequest): Promise<{ model: string; hasFile: boolean }> {
  const model = url.searchParams.get("model") ?? "";
  const [{ models }, { withoutFile }] = await Promise.all([
    state.dashboard.status(),
    state.dashboard.outOfUse(),
  ]);
  const hasFile = models.some((status) => status.model === model);
  if (!hasFile && !withoutFile.includes(model)) {
    throw new HttpError(404, "There is no model of this name in use");
  }
  state.title = `Retire ${model}`;
  return { model, hasFile };
}

export const handler = actionHandlers({
  asked,
  change: ({ model }) => ({ path: `/models/${model}/retire` }),
  unexplained: "Say why: whoever comes next reads it in the audit",
  done: ({ model }) => `${model} is out of use.`,
  back: () => "/versions",
});

export default define.page<typeof handler>(function Retire({ data, state, url }) {
  const { subject: { model, hasFile }, ...rest } = data;
  const action = {
    question: `Take ${model} out of use?`,
    will: [
      "Its retrainer stops, a cycle that runs is cancelled, and a rollout that runs is taken back.",
      "Nothing answers for it, and no page lists it but the one of models, the cycles and the audit.",
      "Nothing is deleted: it can be restored, and what served it serves again then.",
      ...hasFile ? [] : ["Its file is gone already."],
    ],
    button: `Retire ${model}`,
    back: "/versions",
  };
  return <ActionForm action={action} person={state.person} submitTo={url.pathname + url.search} {...rest} />;
});
