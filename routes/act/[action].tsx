import { HttpError, page } from "fresh";
import { type Deed, deedOf } from "../(_parts)/deed.ts";
import { DeedForm } from "../(_parts)/deed_form.tsx";
import { define, type State } from "../(_parts)/define.ts";
import { field, readForm, seeOther } from "../(_parts)/form.ts";

interface Asked {
  params: Record<string, string>;
  url: URL;
  state: State;
}

/** What the address asks for. @throws {HttpError} there is no such action, model or version */
async function asked({ params, url, state }: Asked): Promise<Deed> {
  const model = url.searchParams.get("model"), version = wholeNumber(url.searchParams.get("version"));
  const { models } = await state.dashboard.status();
  const status = models.find((m) => m.model === model);
  const deed = status && deedOf(params.action, status, version);
  if (!deed) throw new HttpError(404, "No such action on a model, or on a version of it");
  state.title = deed.button;
  return deed;
}

const wholeNumber = (text: string | null) =>
  text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;

export const handler = define.handlers({
  async GET(ctx) {
    return page({
      deed: await asked(ctx),
      why: "",
      once: crypto.randomUUID(),
      problem: null as string | null,
    });
  },
  async POST(ctx) {
    const form = await readForm(ctx);
    const { desk } = ctx.state, person = ctx.state.person!;
    const deed = await asked(ctx), why = field(form, "why"), once = field(form, "once");
    const { path, body } = deed;
    const refused = why
      ? await desk.change(person, { path, body: { ...body, why }, once })
      : { status: 422, why: "Say why: whoever comes next reads it in the audit" };
    if (refused) return page({ deed, why, once, problem: refused.why }, { status: refused.status });
    await desk.leaveNotice(person, deed.done);
    return seeOther(deed.back);
  },
});

export default define.page<typeof handler>(function Act({ data, state, url }) {
  return <DeedForm {...data} person={state.person} action={url.pathname + url.search} />;
});
