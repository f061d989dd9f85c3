import { HttpError } from "fresh";
import { deedOf } from "./(_components)/deed.ts";
import { type Deed } from "../../components/retrainer_deed.ts";
import { DeedForm } from "./(_components)/deed_form.tsx";
import { type Asked, deedHandlers } from "../../src/dashboard/deed_handlers.ts";
import { define } from "../../src/dashboard/define.ts";

/** What the address asks for. @throws {HttpError} there is no such action, model or version */
async function asked({ params, url, state }: Asked): Promise<Deed> {
  const model = url.searchParams.get("model");
  const version = wholeNumber(url.searchParams.get("version"));
  const { models } = await state.dashboard.status();
  const status = models.find((m) => m.model === model);
  const deed = status && deedOf(params.action, status, version);
  if (!deed) throw new HttpError(404, "No such action on a model, or on a version of it");
  state.title = deed.button;
  return deed;
}

const wholeNumber = (text: string | null) =>
  text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;

export const handler = deedHandlers({
  asked,
  change: ({ path, body }) => ({ path, body }),
  unexplained: "Say why: whoever comes next reads it in the audit",
  done: ({ done }) => done,
  back: ({ back }) => back,
});

export default define.page<typeof handler>(function Act({ data, state, url }) {
  const { of: deed, ...rest } = data;
  return <DeedForm deed={deed} {...rest} person={state.person} action={url.pathname + url.search} />;
});
