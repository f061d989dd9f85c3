import { page } from "fresh";
import { WHY_MAX } from "./(_components)/action_form.tsx";
import CopyButton from "../../islands/CopyButton.tsx";
import { Crumbs } from "../../components/crumbs.tsx";
import { PageHeader } from "../../components/page_header.tsx";
import { Problem } from "../../components/problem.tsx";
import { Secret } from "../../components/secret.tsx";
import { type MadeKey, readMadeKey } from "../../src/dashboard/key_answers.ts";
import { define } from "../../src/dashboard/define.ts";
import { field, readForm } from "../../src/dashboard/form.ts";
import { ROLE_WORDS, ROLES } from "../../src/security/roles.ts";
import { SCOPES } from "../../src/security/scopes.ts";

interface Fields {
  name: string;
  role: string;
  scopes: string[];
  days: string;
  why: string;
}

interface Shown extends Fields {
  once: string;
  problem: string | null;
  made: MadeKey | null;
}

const EMPTY: Fields = { name: "", role: "viewer", scopes: [], days: "", why: "" };

export const handler = define.handlers({
  GET({ state }) {
    state.title = "Make a key";
    const shown: Shown = { ...EMPTY, once: crypto.randomUUID(), problem: null, made: null };
    return page(shown);
  },
  async POST(ctx) {
    const form = await readForm(ctx);
    ctx.state.title = "Make a key";
    const fields: Fields = {
      name: field(form, "name"),
      role: field(form, "role"),
      scopes: form.getAll("scope").map(String),
      days: field(form, "days"),
      why: field(form, "why"),
    };
    const again: Shown = { ...fields, once: field(form, "once"), problem: null, made: null };
    const answer = fields.why
      ? await ctx.state.sessions.ask(ctx.state.person!, {
        path: "/keys",
        body: bodyOf(fields),
        once: again.once,
      })
      : { status: 422, why: "Say why: whoever comes next reads it in the audit" };
    if ("why" in answer) return page({ ...again, problem: answer.why }, { status: answer.status });
    return page({ ...again, made: readMadeKey(answer.body) }, { status: 201 });
  },
});

const bodyOf = ({ name, role, scopes, days, why }: Fields) => ({
  name,
  role,
  why,
  scopes: scopes.length > 0 ? scopes : undefined,
  expiresInDays: days === "" ? undefined : Number(days),
});

export default define.page<typeof handler>(function AddKey({ data, state }) {
  const { name, role, scopes, days, why, once, problem, made } = data;
  if (made) {
    return (
      <Secret made={made} note={`It signs in as ${made.name}, ${made.role}.`}>
        <CopyButton text={made.key} what="the key" />
      </Secret>
    );
  }
  return (
    <>
      <PageHeader>
        <Crumbs above={["/keys"]} here="Add a key" />
        <h1>Make a key for whom?</h1>
        <p>A key for each person and each machine: the audit has its name, and it can be revoked alone.</p>
      </PageHeader>
      {problem && <Problem text={problem} />}
      <form class="form" method="post" action="/act/add-key">
        <input type="hidden" name="token" value={state.person?.token} />
        <input type="hidden" name="once" value={once} />
        <label for="name">
          Name <small>as Ana or shop-backend: the audit has it</small>
        </label>
        <input id="name" name="name" type="text" maxLength={60} required value={name} />
        <label for="role">Role</label>
        <select id="role" name="role">
          {ROLES.map((one) => (
            <option key={one} value={one} selected={one === role}>{one}: {ROLE_WORDS[one]}</option>
          ))}
        </select>
        <fieldset class="choices">
          <legend>Scopes: what it may do of its role; none ticked: all</legend>
          {SCOPES.map((scope) => (
            <label key={scope}>
              <input type="checkbox" name="scope" value={scope} checked={scopes.includes(scope)} /> {scope}
            </label>
          ))}
        </fieldset>
        <label for="days">
          Days <small>that it holds, 1 to 3650; empty: until it is revoked</small>
        </label>
        <input id="days" name="days" type="number" min={1} max={3650} value={days} />
        <label for="why">
          Reason <small>Required. Recorded in the audit log with your name ({state.person?.name}).</small>
        </label>
        <textarea id="why" name="why" rows={3} maxLength={WHY_MAX} required>{why}</textarea>
        <p class="row">
          <button type="submit" class="chosen">Make the key</button>
          <a href="/keys">Cancel</a>
        </p>
      </form>
    </>
  );
});
