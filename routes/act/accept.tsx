import { HttpError, page } from "fresh";
import { DeedForm } from "../(_parts)/deed_form.tsx";
import { define, type State } from "../(_parts)/define.ts";
import { field, readForm, seeOther } from "../(_parts)/form.ts";
import type { Finding } from "../../src/monitoring/quality_report.ts";

/** The finding that the address names. @throws {HttpError} the newest look has none of this key */
async function asked({ url, state }: { url: URL; state: State }): Promise<Finding> {
  const key = url.searchParams.get("key");
  const [first] = (await state.dashboard.status()).models;
  const view = first ? await state.dashboard.monitoring({ model: first.model }) : null;
  const known = view ? [...view.quality.report?.findings ?? [], ...view.quality.withheld] : [];
  const found = known.find((finding) => finding.key === key);
  if (!found) throw new HttpError(404, "There is no finding of this key any more");
  state.title = `Accept ${found.kind}`;
  return found;
}

export const handler = define.handlers({
  async GET(ctx) {
    return page({
      finding: await asked(ctx),
      why: "",
      once: crypto.randomUUID(),
      problem: null as string | null,
    });
  },
  async POST(ctx) {
    const form = await readForm(ctx), { desk } = ctx.state, person = ctx.state.person!;
    const finding = await asked(ctx), why = field(form, "why"), once = field(form, "once");
    const { key, kind, subject } = finding;
    const refused = why
      ? await desk.change(person, { path: "/monitoring/quality/accept", body: { key, why }, once })
      : { status: 422, why: "Say why the data are as they should be" };
    if (refused) return page({ finding, why, once, problem: refused.why }, { status: refused.status });
    await desk.leaveNotice(person, `The finding "${kind}" of ${subject} was accepted.`);
    return seeOther("/monitoring");
  },
});

export default define.page<typeof handler>(function Accept({ data, state, url }) {
  const { finding: { kind, subject, text, means }, ...rest } = data;
  const deed = {
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
  return <DeedForm deed={deed} person={state.person} action={url.pathname + url.search} {...rest} />;
});
