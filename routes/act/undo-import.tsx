import { HttpError } from "fresh";
import { ActionForm } from "./(_components)/action_form.tsx";
import { actionHandlers, type ActionRequest } from "../../src/dashboard/action_handlers.ts";
import { define } from "../../src/dashboard/define.ts";
import { wholeNumber } from "../../src/dashboard/whole_number.ts";
import type { ImportRow } from "../../src/db/events/imports.ts";
import { counted } from "../../src/format/numbers.ts";

/** The import that the address names. @throws {HttpError} there is none, or it was undone before */
async function asked({ url, state }: ActionRequest): Promise<ImportRow> {
  const id = wholeNumber(url.searchParams.get("id"));
  const found = id === null ? null : await state.dashboard.import(id);
  if (!found || found.undoneAt) throw new HttpError(404, "This import no longer exists");
  state.title = `Undo import ${id}`;
  return found;
}

export const handler = actionHandlers({
  asked,
  change: ({ id }) => ({ path: `/imports/${id}/undo` }),
  unexplained: "Say why the import is taken out",
  done: ({ id, name }) => `Import ${id}, ${name}, was taken out.`,
  back: () => "/act/import",
});

export default define.page<typeof handler>(function UndoImport({ data, state, url }) {
  const { subject: { id, name, accepted }, ...rest } = data;
  const action = {
    question: `Take import ${id}, ${name}, out again?`,
    will: [
      `${
        counted(accepted, "event")
      } and what was counted of them will be gone; those that an earlier import or the API ` +
      "had sent stay with that one.",
      "While it runs no events can be stored. Models that were trained on them stay as they are.",
    ],
    button: "Take it out",
    back: "/act/import",
  };
  return <ActionForm action={action} person={state.person} submitTo={url.pathname + url.search} {...rest} />;
});
