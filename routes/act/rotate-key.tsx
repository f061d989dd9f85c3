import { page } from "fresh";
import { type AskedKey, askedKey } from "./(_components)/asked_key.ts";
import { WHY_MAX } from "./(_components)/action_form.tsx";
import CopyButton from "../../islands/CopyButton.tsx";
import { Crumbs } from "../../components/crumbs.tsx";
import { PageHeader } from "../../components/page_header.tsx";
import { Problem } from "../../components/problem.tsx";
import { Secret } from "../../components/secret.tsx";
import { type MadeKey, readMadeKey } from "../../src/dashboard/key_answers.ts";
import { define } from "../../src/dashboard/define.ts";
import { field, readForm } from "../../src/dashboard/form.ts";

interface Shown {
  subject: AskedKey;
  overlap: string;
  why: string;
  once: string;
  problem: string | null;
  made: MadeKey | null;
}

const OVERLAP_H = "24";

export const handler = define.handlers({
  async GET(ctx) {
    const subject = await askedKey(ctx, "Rotate a key");
    const once = crypto.randomUUID() as string;
    const shown: Shown = { subject, overlap: OVERLAP_H, why: "", once, problem: null, made: null };
    return page(shown);
  },
  async POST(ctx) {
    const form = await readForm(ctx);
    const subject = await askedKey(ctx, "Rotate a key");
    const [why, overlap, once] = ["why", "overlap", "once"].map((name) => field(form, name));
    const again: Shown = { subject, overlap, why, once, problem: null, made: null };
    const answer = why
      ? await ctx.state.sessions.ask(ctx.state.person!, {
        path: `/keys/${encodeURIComponent(subject.name)}/rotate`,
        body: { why, overlapHours: Number(overlap || OVERLAP_H) },
        once,
      })
      : { status: 422, why: "Say why: whoever comes next reads it in the audit" };
    if ("why" in answer) return page({ ...again, problem: answer.why }, { status: answer.status });
    return page({ ...again, made: readMadeKey(answer.body) }, { status: 201 });
  },
});

export default define.page<typeof handler>(function RotateKey({ data, state, url }) {
  const { subject: { name }, overlap, why, once, problem, made } = data;
  if (made) {
    return (
      <Secret made={made} note={`The one before holds for ${overlap || OVERLAP_H} h more.`}>
        <CopyButton text={made.key} what="the key" />
      </Secret>
    );
  }
  return (
    <>
      <PageHeader>
        <Crumbs above={["/keys"]} here="Rotate a key" />
        <h1>Make another key for {name}?</h1>
        <ul class="plain">
          <li>It has the role and the scopes of the one before, which holds for a while longer.</li>
          <li>With an overlap of 0 the one before is refused at once.</li>
        </ul>
      </PageHeader>
      {problem && <Problem text={problem} />}
      <form class="form" method="post" action={url.pathname + url.search}>
        <input type="hidden" name="token" value={state.person?.token} />
        <input type="hidden" name="once" value={once} />
        <label for="overlap">
          Overlap <small>hours that both hold, 0 to 720</small>
        </label>
        <input id="overlap" name="overlap" type="number" min={0} max={720} value={overlap} />
        <label for="why">
          Reason <small>Required. Recorded in the audit log with your name ({state.person?.name}).</small>
        </label>
        <textarea id="why" name="why" rows={3} maxLength={WHY_MAX} required>{why}</textarea>
        <p class="row">
          <button type="submit" class="chosen">Make another key for {name}</button>
          <a href="/keys">Cancel</a>
        </p>
      </form>
    </>
  );
});
