import { HttpError } from "fresh";
import { ActionForm } from "./(_components)/action_form.tsx";
import { actionHandlers, type ActionRequest } from "../../src/dashboard/action_handlers.ts";
import { define } from "../../src/dashboard/define.ts";
import type { RetiredModel } from "../../src/db/models/retired.ts";

/** The retired model that the address names. @throws {HttpError} there is none */
async function asked({ url, state }: ActionRequest): Promise<RetiredModel> {
  const model = url.searchParams.get("model");
  const { retired } = await state.dashboard.outOfUse();
  const found = retired.find((row) => row.model === model);
  if (!found) throw new HttpError(404, "There is no retired model of this name");
  state.title = `Restore ${found.model}`;
  return found;
}

export const handler = actionHandlers({
  asked,
  change: ({ model }) => ({ path: `/models/${model}/restore` }),
  unexplained: "Say why: whoever comes next reads it in the audit",
  done: ({ model }) => `${model} is in use again, and its automatic checks are off.`,
  back: () => "/versions",
});

export default define.page<typeof handler>(function Restore({ data, state, url }) {
  const { subject: { model, by, why }, ...rest } = data;
  const action = {
    question: `Bring ${model} back into use?`,
    will: [
      `${by} retired it${why === "" ? "" : `: ${why}`}.`,
      "What served it serves again.",
      "Its automatic checks stay off until somebody starts them.",
    ],
    button: `Restore ${model}`,
    back: "/versions",
  };
  return <ActionForm action={action} person={state.person} submitTo={url.pathname + url.search} {...rest} />;
});
