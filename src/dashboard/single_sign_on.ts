/** Signing in by an OpenID provider: to it, back from it, and its word that a session is over. */
import type { Context } from "hono";
import { parse, serialize } from "hono/utils/cookie";
import type { Api, AppEnv } from "../api/deps.ts";
import { limitBody } from "../api/guards.ts";
import { addressOf, sourceOf } from "../api/remote_address.ts";
import { type Oidc, ProviderUnreachableError, type RefusedSignIn, SIGN_IN_MS } from "../app/security/oidc.ts";
import { SESSION_MS } from "../app/security/sessions.ts";
import { createAttempts } from "../security/attempts.ts";
import { ownPath, seeOther } from "./form.ts";
import { sessionCookie } from "./sessions.ts";

/** Where a sign-in begins, and where the provider sends browsers back to, and its own requests. */
export const SSO = {
  start: "/sign-in/provider",
  callback: "/sign-in/provider/callback",
  logout: "/sign-in/provider/logout",
} as const;

const STATE_COOKIE = "perennial_sign_in";
const TOKEN_BYTES_MAX = 64 * 1024;
/** Sign-ins that one address may begin: each is a row. */
const BEGUN = { max: 60, perMs: 60_000 };

/** Adds the addresses of single sign-on. */
export function addSingleSignOn(
  app: Api,
  { oidc, clock, log }: { oidc: Oidc; clock: () => number; log: (line: string) => void },
): void {
  const attempts = createAttempts(clock, BEGUN);
  app.get(SSO.start, async (c) => {
    const counted = [`from ${addressOf(c.req.raw)}`];
    if (attempts.begin(counted) > 0) return refused("many");
    try {
      const to = ownPath(c.req.query("to") ?? "/");
      const { address, state } = await oidc.begin(originOf(c) + SSO.callback, to);
      return c.body(null, 303, { location: address, "set-cookie": stateCookie(c, state, SIGN_IN_MS) });
    } catch (error) {
      return unreachable(c, error, log);
    }
  });
  app.get(SSO.callback, async (c) => {
    const state = parse(c.req.header("cookie") ?? "")[STATE_COOKIE];
    if (!state) return refused("browser");
    try {
      const { search } = new URL(c.req.url);
      const ended = await oidc.finish(new URL(originOf(c) + SSO.callback + search), state);
      if ("why" in ended) return refused(ended.why);
      c.header("set-cookie", sessionCookie(c.req.raw, ended.id, SESSION_MS), { append: true });
      c.header("set-cookie", stateCookie(c, "", 0), { append: true });
      return c.html(onward(ended.toPath));
    } catch (error) {
      return unreachable(c, error, log);
    }
  });
  app.post(SSO.logout, limitBody(TOKEN_BYTES_MAX), async (c) => {
    const token = new URLSearchParams(await c.req.text()).get("logout_token");
    try {
      const ended = token === null ? null : await oidc.endSessions(token);
      return c.body(null, ended === null ? 400 : 200);
    } catch (error) {
      return unreachable(c, error, log);
    }
  });
}

/** How a browser reaches this server, as the provider knows it. */
function originOf(c: Context<AppEnv>): string {
  const { publicUrl } = sourceOf(c.req.raw);
  return publicUrl === undefined ? new URL(c.req.url).origin : publicUrl.replace(/\/$/, "");
}

/** Comes back with a browser that the provider sends: such a visit carries no strict cookie. */
const stateCookie = (c: Context<AppEnv>, state: string, lifeMs: number): string =>
  serialize(STATE_COOKIE, state, {
    httpOnly: true,
    sameSite: "Lax",
    path: SSO.start,
    secure: originOf(c).startsWith("https:"),
    maxAge: lifeMs / 1000,
  });

/**
 * A page that goes on by itself. A redirect would still count as the provider's visit, and browsers send no strict cookie
 * along with one: the person would arrive signed out.
 */
const onward = (to: string): string => {
  const path = to.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Signed in · Perennial</title>` +
    `<meta http-equiv="refresh" content="0; url=${path}"></head>` +
    `<body><p>You are signed in. <a href="${path}">Go on</a></p></body></html>`;
};

/** Why nobody is signed in: the page says it in words of its own, so that no address can put any there. */
type Refused = "many" | "browser" | "unreachable" | RefusedSignIn;

const refused = (why: Refused): Response => seeOther(`/sign-in?${new URLSearchParams({ refused: why })}`);

function unreachable(c: Context<AppEnv>, error: unknown, log: (line: string) => void): Response {
  if (!(error instanceof ProviderUnreachableError)) throw error;
  log(error.message);
  return c.req.method === "GET" ? refused("unreachable") : c.body(null, 503);
}
