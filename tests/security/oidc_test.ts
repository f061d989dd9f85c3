/** Single sign-on against a real OpenID provider, over HTTP: people, services, and the end of sessions. */
import assert from "node:assert/strict";
import { serveApi } from "../../src/api/serve.ts";
import { createOidc } from "../../src/app/security/oidc.ts";
import type { Role } from "../../src/security/roles.ts";
import { nameOf, roleOfGroups, scopesOf } from "../../src/security/oidc.ts";
import { dashboardPages } from "../../src/dashboard/mount.ts";
import { KEY, type Served, withApp } from "../api/support.ts";
import { freePort } from "../../src/embedded/ports.ts";
import {
  AUDIENCE,
  CLIENT,
  ProviderBrowser,
  type RunningProvider,
  startProvider,
} from "../support/oidc_provider.ts";

const ROLES: ReadonlyMap<string, Role> = new Map<string, Role>([
  ["admins", "admin"],
  ["analysts", "viewer"],
  ["client:backend", "operator"],
]);

interface Installed extends Served {
  url: string;
  provider: RunningProvider;
  /** what the provider sent here when sessions ended */
  logouts: string[];
}

/** Perennial and the provider, each on a port of its own. */
async function withProvider(test: (installed: Installed) => Promise<void>): Promise<void> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const provider = await startProvider(url);
  const logouts: string[] = [];
  const settings = {
    issuer: provider.issuer,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    scope: "profile groups",
    groupsClaim: "groups",
    roles: ROLES,
    audience: AUDIENCE,
  };
  try {
    await withApp(
      async (served) => {
        const server = serveApi(served.app, { host: "127.0.0.1", port });
        try {
          await test({ ...served, url, provider, logouts });
        } finally {
          await server.stop();
        }
      },
      {},
      (deps) => {
        deps.oidc = createOidc(settings, { sql: deps.sql, clock: () => Date.now(), log: deps.log });
        deps.clock = () => Date.now();
        const { share, mount } = dashboardPages(deps);
        return {
          share(app) {
            app.post("/sign-in/provider/logout", async (c, next) => {
              logouts.push(await c.req.raw.clone().text());
              await next();
            });
            share(app);
          },
          mount,
        };
      },
    );
  } finally {
    await provider.stop();
  }
}

/** Signs somebody in at the provider, and comes back. */
async function signIn({ url }: Installed, name: string, to = "/audit") {
  const browser = new ProviderBrowser();
  const login = await browser.open(`${url}/sign-in/provider?${new URLSearchParams({ to })}`);
  const consent = await browser.submit(login, { login: name, password: "any" });
  const back = await browser.submit(consent, {});
  return { browser, back };
}

const hereOn = async (browser: ProviderBrowser, { url }: Installed) =>
  (await browser.open(`${url}/sign-in`)).html;

Deno.test({
  name:
    "a person signs in by the provider: their groups give the role, the audit has them, and what they may not do is refused",
  sanitizeResources: false, // the provider keeps connections and timers of its own for a while
  sanitizeOps: false,
  fn: () =>
    withProvider(async (installed) => {
      const { url, sql } = installed;
      assert.match(await hereOn(new ProviderBrowser(), installed), /href="\/sign-in\/provider\?to=%2F"/);
      const ann = await signIn(installed, "ann-admins");
      assert.match(ann.back.html, /http-equiv="refresh" content="0; url=\/audit"/);
      assert.match(await hereOn(ann.browser, installed), /You are signed in as sso:ann-admins, an admin/);
      assert.equal((await ann.browser.open(`${url}/keys`)).status, 200);
      const eve = await signIn(installed, "eve-analysts");
      assert.match(await hereOn(eve.browser, installed), /sso:eve-analysts, a viewer/);
      assert.equal((await eve.browser.open(`${url}/keys`)).status, 403);
      const mallory = await signIn(installed, "mallory-strangers");
      assert.match(mallory.back.html, /None of your groups has a role here/);
      const rows = await sql`select who, action, after->>'role' as role from audit
        where action in ('sign in', 'sign-in refused') order by id`;
      assert.deepEqual(rows.map((row) => [row.who, row.action, row.role]), [
        ["sso:ann-admins", "sign in", "admin"],
        ["sso:eve-analysts", "sign in", "viewer"],
        ["sso:mallory-strangers", "sign-in refused", null],
      ]);
      const broken = await ann.browser.submit(await ann.browser.open(`${url}/sign-in`), {}); // signs out
      assert.match(broken.html, /Sign in with your key/);
      const glass = await fetch(`${url}/keys`, { headers: { "X-API-Key": KEY } });
      assert.equal(glass.status, 200, "the key of the installation needs no provider");
      await glass.body?.cancel();
    }),
});

Deno.test({
  name:
    "what comes back from the provider counts once, in the browser that began, and only as it was asked for",
  sanitizeResources: false,
  sanitizeOps: false,
  fn: () =>
    withProvider(async (installed) => {
      const { url, sql } = installed;
      const callback = `${url}/sign-in/provider/callback`;
      const stranger = await new ProviderBrowser().open(`${callback}?code=x&state=y`);
      assert.match(stranger.html, /not begun in this browser/);
      const begun = await fetch(`${url}/sign-in/provider?to=//evil.example`, { redirect: "manual" });
      const cookie = begun.headers.getSetCookie()[0];
      assert.match(cookie, /HttpOnly/);
      assert.match(cookie, /SameSite=Lax/);
      const asked = new URL(begun.headers.get("location")!);
      assert.deepEqual(
        ["response_type", "code_challenge_method", "redirect_uri"].map((name) =>
          asked.searchParams.get(name)
        ),
        ["code", "S256", callback],
      );
      const [{ toPath }] = await sql`select to_path from oidc_sign_ins`;
      assert.equal(toPath, "/", "it leads nowhere else");
      const headers = { cookie: cookie.split(";")[0] };
      const answer = async (query: string) => {
        const response = await fetch(`${callback}?${query}`, { headers, redirect: "manual" });
        await response.body?.cancel();
        return new URL(response.headers.get("location")!, url).searchParams.get("refused");
      };
      assert.equal(await answer("code=made-up&state=another"), "answer");
      assert.equal(await answer("code=made-up&state=another"), "used", "whatever was wrong with it");
      const [{ n }] = await sql`select count(*)::int as n from sessions`;
      assert.equal(n, 0);
    }),
});

Deno.test({
  name:
    "the provider's back-channel logout ends the person's sessions here, once, and nobody else's word does",
  sanitizeResources: false,
  sanitizeOps: false,
  fn: () =>
    withProvider(async (installed) => {
      const { url, provider, logouts } = installed;
      const ann = await signIn(installed, "ann-admins");
      const eve = await signIn(installed, "eve-analysts");
      const service = await provider.serviceToken("backend");
      for (const token of ["x", "a.b.c", service]) {
        const body = new URLSearchParams({ logout_token: token });
        const response = await fetch(`${url}/sign-in/provider/logout`, { method: "POST", body });
        assert.equal(response.status, 400, token);
      }
      assert.match(await hereOn(ann.browser, installed), /signed in as sso:ann/);
      const ending = await ann.browser.open(`${provider.issuer}/session/end`);
      await ann.browser.submit(ending, { logout: "yes" });
      assert.match(await hereOn(ann.browser, installed), /Sign in with your key/);
      assert.match(await hereOn(eve.browser, installed), /signed in as sso:eve/);
      const again = await signIn(installed, "ann-admins");
      const caught = new URLSearchParams(logouts.at(-1));
      assert.ok(caught.get("logout_token"));
      const replayed = await fetch(`${url}/sign-in/provider/logout`, { method: "POST", body: caught });
      assert.equal(replayed.status, 400);
      assert.match(await hereOn(again.browser, installed), /signed in as sso:ann/);
    }),
});

Deno.test({
  name:
    "a service's token is a key: for us, signed by the provider, with the role of its client and the scopes in it",
  sanitizeResources: false,
  sanitizeOps: false,
  fn: () =>
    withProvider(async (installed) => {
      const { url, provider, sql } = installed;
      const asks = async (token: string, method = "GET", path = "/audit") => {
        const response = await fetch(`${url}${path}`, {
          method,
          headers: { authorization: `Bearer ${token}` },
        });
        await response.body?.cancel();
        return response.status;
      };
      const token = await provider.serviceToken("backend");
      assert.equal(await asks(token), 200);
      assert.equal(await asks(token, "GET", "/keys"), 403, "an operator's");
      const bounded = await provider.serviceToken("backend", { scope: "events:write" });
      assert.equal(await asks(bounded), 403, "its scope does not cover reading");
      assert.equal(await asks(bounded, "POST", "/events"), 422, "nothing was sent, but it was let in");
      assert.equal(await asks(await provider.serviceToken("stranger")), 401, "no role");
      assert.equal(await asks(await provider.serviceToken("backend", { audience: "urn:another" })), 401);
      const [head, payload, signature] = token.split(".");
      const claims = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
      const forged = btoa(JSON.stringify({ ...claims, client_id: "admins" })).replaceAll("=", "");
      assert.equal(await asks(`${head}.${forged}.${signature}`), 401);
      const none = btoa(JSON.stringify({ alg: "none", typ: "at+jwt" })).replaceAll("=", "");
      assert.equal(await asks(`${none}.${payload}.x`), 401);
      const [{ who }] = await sql`select who from audit where action = 'first use of a key' limit 1`;
      assert.equal(who, "service:backend");
    }),
});

Deno.test("names, roles and scopes of tokens: no key's name, the strongest of several groups, only scopes of ours", () => {
  assert.equal(nameOf({ sub: "1", preferred_username: "owner" }, "sso"), "sso:owner");
  assert.equal(nameOf({ sub: "1", preferred_username: "\0<b>:\ud83d" }, "sso"), "sso:__b___");
  assert.equal(nameOf({ sub: "x".repeat(500) }, "service").length, 68);
  assert.equal(roleOfGroups(ROLES, ["analysts", "admins"]), "admin");
  assert.equal(roleOfGroups(ROLES, ["nobody"]), null);
  assert.deepEqual(scopesOf({ scope: "openid read events:write" }), ["read", "events:write"]);
  assert.equal(scopesOf({ scope: "openid" }), null);
});
