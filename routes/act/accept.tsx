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
  if (!found) throw new HttpError(404, "This finding no longer exists");
  state.title = `Accept ${found.kind}`;
  return found;
}

export const handler = actionHandlers({
  asked,
  change: ({ key }) => ({ path: "/monitoring/quality/accept", body: { key } }),
  unexplained: "A reason is required: why are these data correct?",
  done: ({ kind, subject }) => `The finding "${kind}" of ${subject} was accepted.`,
  back: () => "/monitoring",
});

export default define.page<typeof handler>(function Accept({ data, state, url }) {
  const { subject: { kind, subject, text, means }, ...rest } = data;
  const action = {
    question: `Accept the finding "${kind}" of ${subject}?`,
    will: [
      text,
      means === "broken"
        ? "From the next evaluation on, its rows are used for training and it no longer blocks retraining."
        : "From the next evaluation on it triggers nothing.",
      "The first acceptance counts. No event is changed.",
    ],
    button: "Accept finding",
    back: "/monitoring",
  };
  return <ActionForm action={action} person={state.person} submitTo={url.pathname + url.search} {...rest} />;
});
