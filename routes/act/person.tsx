import { page } from "fresh";
import { WHY_MAX } from "./(_components)/action_form.tsx";
import { Crumbs } from "../../components/crumbs.tsx";
import { PageHeader } from "../../components/page_header.tsx";
import { Problem } from "../../components/problem.tsx";
import { define } from "../../src/dashboard/define.ts";
import { field, readForm, seeOther } from "../../src/dashboard/form.ts";

const WHAT = {
  erase: { words: "Erase everything that is kept of them", path: "/privacy/erasures", body: {} },
  object: { words: "They object to being profiled", path: "/privacy/objections", body: { objects: true } },
  withdraw: {
    words: "They object no longer",
    path: "/privacy/objections",
    body: { objects: false },
  },
} as const;
type What = keyof typeof WHAT;

const isWhat = (word: string): word is What => Object.hasOwn(WHAT, word);

interface Shown {
  user: string;
  what: What;
  why: string;
  once: string;
  problem: string | null;
}

export const handler = define.handlers({
  GET({ state }) {
    state.title = "A shopper's rights";
    const shown: Shown = { user: "", what: "erase", why: "", once: crypto.randomUUID(), problem: null };
    return page(shown);
  },
  async POST(ctx) {
    const form = await readForm(ctx);
    const { sessions } = ctx.state;
    const person = ctx.state.person!;
    ctx.state.title = "A shopper's rights";
    const [user, word, why, once] = ["user", "what", "why", "once"].map((name) => field(form, name));
    const what = isWhat(word) ? word : "erase";
    const { path, body } = WHAT[what];
    const refused = !user || !why || !isWhat(word)
      ? { status: 422, why: "Say whose it is, what they ask for, and why" }
      : await sessions.change(person, { path, body: { ...body, user, why }, once });
    if (refused) {
      const shown: Shown = { user, what, why, once, problem: refused.why };
      return page(shown, { status: refused.status });
    }
    await sessions.leaveNotice(person, "It is under way: below stands how far it has come.");
    return seeOther("/privacy");
  },
});

export default define.page<typeof handler>(function PersonRights({ data, state, url }) {
  const { user, what, why, once, problem } = data;
  return (
    <>
      <PageHeader>
        <Crumbs above={["/privacy"]} here="A shopper's rights" />
        <h1>What does a shopper ask for?</h1>
        <ul class="plain">
          <li>
            An erasure deletes their events, predictions and what is in quarantine, takes them out of sealed
            files, and cannot be taken back. Versions that were trained on them are listed, and retrained if
            the setting after_erasure says so.
          </li>
          <li>An objection keeps them out of every training from now on; the baseline answers about them.</li>
        </ul>
      </PageHeader>
      {problem && <Problem text={problem} />}
      <form class="form" method="post" action={url.pathname}>
        <input type="hidden" name="token" value={state.person?.token} />
        <input type="hidden" name="once" value={once} />
        <label for="user">
          Id of the shopper <small>As the shop has it. It is stored nowhere.</small>
        </label>
        <input id="user" name="user" maxLength={200} autocomplete="off" required value={user} />
        <label for="what">What they ask for</label>
        <select id="what" name="what">
          {Object.entries(WHAT).map(([name, { words }]) => (
            <option key={name} value={name} selected={name === what}>{words}</option>
          ))}
        </select>
        <label for="why">
          Reason <small>Required. Recorded in the audit log with your name ({state.person?.name}).</small>
        </label>
        <textarea id="why" name="why" rows={3} maxLength={WHY_MAX} required>{why}</textarea>
        <p class="row">
          <button type="submit" class="chosen">Have it done</button>
          <a href="/privacy">Cancel</a>
        </p>
      </form>
    </>
  );
});
