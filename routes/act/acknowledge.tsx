import { HttpError, page } from "fresh";
import { DeedForm } from "../(_parts)/deed_form.tsx";
import { define, type State } from "../(_parts)/define.ts";
import { field, readForm, seeOther } from "../(_parts)/form.ts";
import type { Alert } from "../../src/alerts/alert.ts";

/** The alert that the address names. @throws {HttpError} there is none of this number */
async function asked({ url, state }: { url: URL; state: State }): Promise<Alert> {
  const id = Number(url.searchParams.get("alert"));
  const alert = Number.isInteger(id) && id > 0 ? await state.dashboard.alert(id) : null;
  if (!alert) throw new HttpError(404, "There is no alert of this number");
  state.title = `Acknowledge alert ${id}`;
  return alert;
}

export const handler = define.handlers({
  async GET(ctx) {
    return page({
      alert: await asked(ctx),
      why: "",
      once: crypto.randomUUID(),
      problem: null as string | null,
    });
  },
  async POST(ctx) {
    const form = await readForm(ctx), { desk } = ctx.state, person = ctx.state.person!;
    const alert = await asked(ctx), why = field(form, "why"), once = field(form, "once");
    const refused = why
      ? await desk.change(person, { path: `/alerts/${alert.id}/acknowledge`, body: { why }, once })
      : { status: 422, why: "Say what you make of it, for who comes next" };
    if (refused) return page({ alert, why, once, problem: refused.why }, { status: refused.status });
    await desk.leaveNotice(person, `Alert ${alert.id} was acknowledged.`);
    return seeOther("/alerts");
  },
});

export default define.page<typeof handler>(function Acknowledge({ data, state, url }) {
  const { alert, ...rest } = data;
  const deed = {
    question: `Say that you have seen alert ${alert.id}?`,
    will: [
      alert.title,
      "It does not escalate any more, and stays open until its cause is gone.",
      "What you make of it stands beside it for who comes next.",
    ],
    button: "Acknowledge it",
    back: "/alerts",
  };
  return <DeedForm deed={deed} person={state.person} action={url.pathname + url.search} {...rest} />;
});
