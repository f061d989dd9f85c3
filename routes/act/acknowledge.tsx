import { HttpError } from "fresh";
import { ActionForm } from "./(_components)/action_form.tsx";
import { actionHandlers, type ActionRequest } from "../../src/dashboard/action_handlers.ts";
import { define } from "../../src/dashboard/define.ts";
import type { Alert } from "../../src/alerts/alert.ts";

/** The alert that the address names. @throws {HttpError} there is none of this number */
async function asked({ url, state }: ActionRequest): Promise<Alert> {
  const id = Number(url.searchParams.get("alert"));
  const alert = Number.isSafeInteger(id) && id > 0 ? await state.dashboard.alert(id) : null;
  if (!alert) throw new HttpError(404, "There is no alert with this number");
  state.title = `Acknowledge alert ${id}`;
  return alert;
}

export const handler = actionHandlers({
  asked,
  change: ({ id }) => ({ path: `/alerts/${id}/acknowledge` }),
  unexplained: "A note is required: what did you find?",
  done: ({ id }) => `Alert ${id} was acknowledged.`,
  back: () => "/alerts",
});

export default define.page<typeof handler>(function Acknowledge({ data, state, url }) {
  const { subject: alert, ...rest } = data;
  const action = {
    question: `Acknowledge alert ${alert.id}?`,
    will: [
      alert.title,
      "It stops escalating and stays open until its cause is gone.",
      "Your note is shown with the alert.",
    ],
    button: "Acknowledge",
    back: "/alerts",
  };
  return <ActionForm action={action} person={state.person} submitTo={url.pathname + url.search} {...rest} />;
});
