import { HttpError } from "fresh";
import { ActionForm } from "./(_components)/action_form.tsx";
import { actionHandlers, type ActionRequest } from "../../src/dashboard/action_handlers.ts";
import { define } from "../../src/dashboard/define.ts";
import type { Alert } from "../../src/alerts/alert.ts";

/** The alert that the address names. @throws {HttpError} there is none of this number */
async function asked({ url, state }: ActionRequest): Promise<Alert> {
  const id = Number(url.searchParams.get("alert"));
  const alert = Number.isSafeInteger(id) && id > 0 ? await state.dashboard.alert(id) : null;
  if (!alert) throw new HttpError(404, "There is no alert of this number");
  state.title = `Acknowledge alert ${id}`;
  return alert;
}

export const handler = actionHandlers({
  asked,
  change: ({ id }) => ({ path: `/alerts/${id}/acknowledge` }),
  unexplained: "Say what you make of it, for who comes next",
  done: ({ id }) => `Alert ${id} was acknowledged.`,
  back: () => "/alerts",
});

export default define.page<typeof handler>(function Acknowledge({ data, state, url }) {
  const { subject: alert, ...rest } = data;
  const action = {
    question: `Say that you have seen alert ${alert.id}?`,
    will: [
      alert.title,
      "It does not escalate any more, and stays open until its cause is gone.",
      "What you make of it stands beside it for who comes next.",
    ],
    button: "Acknowledge it",
    back: "/alerts",
  };
  return <ActionForm action={action} person={state.person} submitTo={url.pathname + url.search} {...rest} />;
});
