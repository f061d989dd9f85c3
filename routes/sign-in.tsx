import { page } from "fresh";
import { define } from "../src/dashboard/define.ts";
import { field, ownPath, readOwnForm, seeOther } from "../src/dashboard/form.ts";
import { Problem } from "../components/problem.tsx";
import { Time } from "../components/status_badge.tsx";
import { aRole, type Role } from "../src/security/roles.ts";
import { PageHeader } from "../components/page_header.tsx";

const REFUSED: Readonly<Record<string, string>> = {
  "used": "This sign-in was used already, or took longer than ten minutes: begin again",
  "answer": "What the provider answered cannot be used: begin again; the server's log says why",
  "groups": "None of your groups has a role here: ask an admin",
  "many": "Too many sign-ins were begun: wait a minute",
  "browser": "This sign-in was not begun in this browser: begin again",
  "unreachable": "The provider does not answer; a key still signs you in",
  "address": "Keys are not taken from addresses: paste yours here, or ask for a link by: perennial keys link",
};

const MAY: Readonly<Record<Role, string>> = {
  "viewer": "You may read everything here, and change nothing.",
  "data-scientist": "You may read everything here, and run backtests.",
  "privacy-officer": "You may read everything here, and answer what persons ask about their data.",
  "operator": "You may do everything but change the configuration and the keys.",
  "admin": "You may do everything.",
};

export const handler = define.handlers({
  /**
   * Shows the form. Nothing in an address signs anybody in: any page could send a browser there. The code of a link is
   * put into the form, and a key that stands in the address is taken out of it unread.
   */
  GET({ url, state }) {
    state.title = "Sign in";
    const to = ownPath(url.searchParams.get("to") ?? "/");
    if (url.searchParams.has("key")) {
      return seeOther(`/sign-in?${new URLSearchParams({ to, refused: "address" })}`);
    }
    const code = url.searchParams.get("code");
    return page({ to, code, problem: REFUSED[url.searchParams.get("refused") ?? ""] ?? null });
  },
  async POST({ req, url, state }) {
    state.title = "Sign in";
    const form = await readOwnForm({ req, url });
    const to = ownPath(field(form, "to") || "/");
    const code = field(form, "code");
    const attempt = await state.sessions.signIn(req, code ? { code } : { key: field(form, "key") });
    if ("cookie" in attempt) return seeOther(to, { "set-cookie": attempt.cookie });
    return page({ to, code: null as string | null, problem: attempt.why as string | null }, {
      status: attempt.status,
    });
  },
});

export default define.page<typeof handler>(function SignIn({ data: { to, code, problem }, state }) {
  const { person } = state;
  if (person) {
    return (
      <>
        <PageHeader>
          <h1>You are signed in as {person.name}, {aRole(person.role)}.</h1>
          <p>
            Until <Time iso={person.until} as="moment" />. {MAY[person.role]}{" "}
            What you change here is recorded in the audit log under this name.{" "}
            <a href={to}>{to === "/" ? "To the overview" : "Go on"}</a>.
          </p>
        </PageHeader>
        <form class="form" method="post" action="/sign-out">
          <input type="hidden" name="token" value={person.token} />
          <p>
            <button type="submit">Sign out</button>
          </p>
        </form>
      </>
    );
  }
  if (code) {
    return (
      <>
        <PageHeader>
          <h1>Sign in by your link.</h1>
          <p>It works once, within five minutes of being made.</p>
        </PageHeader>
        <form class="form" method="post" action="/sign-in">
          <input type="hidden" name="to" value={to} />
          <input type="hidden" name="code" value={code} />
          <p>
            <button type="submit" class="chosen">Sign in</button>
          </p>
        </form>
      </>
    );
  }
  return (
    <>
      <PageHeader>
        <h1>Sign in with your key.</h1>
        <p>
          An admin made it for you by{" "}
          <code>perennial keys add</code>. The first one Perennial printed when it started, and keeps in the
          file <code>api-key</code>{" "}
          of its folder. Changing anything needs one; so does reading from another machine.
        </p>
      </PageHeader>
      {problem && <Problem text={problem} />}
      {state.sessions.hasProvider && (
        <p class="row">
          <a class="button" href={`/sign-in/provider?${new URLSearchParams({ to })}`}>
            Sign in by your organization
          </a>
        </p>
      )}
      <form class="form" method="post" action="/sign-in">
        <input type="hidden" name="to" value={to} />
        <label for="key">API key</label>
        <input id="key" name="key" type="password" autocomplete="current-password" required />
        <p>
          <button type="submit" class="chosen">Sign in</button>
        </p>
      </form>
    </>
  );
});
