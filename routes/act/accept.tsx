import { HttpError } from "fresh";
import { ActionForm } from "./(_components)/action_form.tsx";
import { actionHandlers, type ActionRequest } from "../../src/dashboard/action_handlers.ts";
import { define } from "../../src/dashboard/define.ts";
import type { Finding } from "../../src/quality/report.ts";

/** The finding that the address names. @throws {HttpError} the newest look has none of this key */
async function asked({ url, state }: ActionRequest): Promise<Finding> {
  const key = url.searchParams.get("key");
  const [first] = (await state.dashboard.status()).models;
  const view = first ? await state.dashboard.monitoring({ model: first.model }) : null;
  const known = view ? [...view.quality.report?.findings ?? [], ...view.quality.withheld] : [];
  const found = known.find((finding) => finding.key === key);
  if (!found) throw new HttpError(404, "There is no finding of this key any more");
  state.title = `Accept ${found.kind}`;
  return found;
}

export const handler = actionHandlers({
  asked,
  change: ({ key }) => ({ path: "/monitoring/quality/accept", body: { key } }),
  unexplained: "Say why the data are as they should be",
  done: ({ kind, subject }) => `The finding "${kind}" of ${subject} was accepted.`,
  back: () => "/monitoring",
});

export default define.page<typeof handler>(function Accept({ data, state, url }) {
  const { subject: { kind, subject, text, means }, ...rest } = data;
  const action = {
    question: `Say that "${kind}" of ${subject} is no trouble?`,
    will: [
      text,
      means === "broken"
        ? "From the next look on its rows are learnt from, and it stops no retraining."
        : "From the next look on it calls for nothing.",
      "Who accepted it first stands. No event is changed.",
    ],
    button: "Accept it",
    back: "/monitoring",
  };
  return <ActionForm action={action} person={state.person} submitTo={url.pathname + url.search} {...rest} />;
});
