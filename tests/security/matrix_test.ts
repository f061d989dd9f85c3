/** Every role at every route and page, by every method, against one table written by hand. */
import assert from "node:assert/strict";
import { ACCESS, methodsAt } from "../../src/api/access.ts";
import { sha256 } from "../../src/core/hash.ts";
import { insertKey } from "../../src/db/access/api_keys.ts";
import { type Role, ROLES } from "../../src/security/roles.ts";
import { Browser, HERE, signIn, withBrowser } from "../api/browser_support.ts";
import type { Served } from "../api/support.ts";
import { PAGE_MATRIX, ROUTE_MATRIX } from "./matrix.ts";
import { pagesOf } from "./surface.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const LETTERS: Readonly<Record<Role, string>> = {
  "viewer": "V",
  "data-scientist": "D",
  "operator": "O",
  "privacy-officer": "P",
  "admin": "A",
};
/** null: nobody who is known */
type Caller = Role | null;
const CALLERS: Caller[] = [null, ...ROLES];
const HOSTS = ["127.0.0.1", "0.0.0.0"];

const may = (line: string, caller: Caller, host: string): boolean =>
  caller === null
    ? line.startsWith("N") || (line.startsWith("n") && host === "127.0.0.1")
    : line.includes(LETTERS[caller]);

async function keyOfEach({ sql }: Served): Promise<void> {
  for (const role of ROLES) {
    await insertKey(sql, { name: `one ${role}`, role, sha256: sha256(`pk_of-the-${role}`), by: "owner" });
  }
}

const addressOf = (path: string): string =>
  path.replace("/cycles/{id}", "/cycles/retrainer/churn/cycle/1").replaceAll(/\{\w*\}/g, "churn");

Deno.test("the table of who may do what has every route and every page, each method of it, and no other", () => {
  assert.deepEqual(Object.keys(ROUTE_MATRIX).sort(), Object.keys(ACCESS).sort());
  const pages = pagesOf().map(({ file }) => file);
  assert.deepEqual(Object.keys(PAGE_MATRIX).sort(), pages.sort());
  for (const file of pages) {
    const source = [".tsx", ".ts"].map((ending) => `routes/${file}${ending}`).find((path) => exists(path))!;
    const takesForms = /\bPOST\(|actionHandlers[<(]/.test(Deno.readTextFileSync(source));
    assert.equal(PAGE_MATRIX[file].POST !== undefined, takesForms, `${file}: say who may send its form`);
  }
  for (
    const line of [
      ...Object.values(ROUTE_MATRIX),
      ...Object.values(PAGE_MATRIX).flatMap((m) => Object.values(m)),
    ]
  ) {
    assert.match(line, /^[Nn-] [V-][D-][O-][P-]A$/);
  }
});

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

for (const host of HOSTS) {
  Deno.test(`each role gets in at exactly the routes that the table names, by exactly their methods, on ${host}`, () =>
    withBrowser(async (served) => {
      await keyOfEach(served);
      const wrong: string[] = [];
      const paths = [...new Set(Object.keys(ACCESS).map((route) => route.split(" ")[1]))];
      for (const caller of CALLERS) {
        const headers: Record<string, string> = caller ? { "X-API-Key": `pk_of-the-${caller}` } : {};
        for (const path of paths) {
          for (const method of METHODS) {
            const { status, body } = await served.app.request(addressOf(path), { method, headers });
            await body?.cancel();
            const line = ROUTE_MATRIX[`${method} ${path}`];
            const isIn = status !== 401 && status !== 403;
            if (line === undefined) {
              const isAnothers = methodsAt(addressOf(path)).includes(method); // as of a rollout whose id ends in /look
              if (status < 400 && !isAnothers) wrong.push(`${method} ${path} answered ${status}`);
            } else if (isIn !== may(line, caller, host)) {
              wrong.push(`${method} ${path} answered ${caller} ${status}`);
            }
            if (status >= 500 && status !== 503) wrong.push(`${method} ${path} answered ${status}`);
          }
        }
      }
      assert.deepEqual(wrong, []);
    }, { host }));

  Deno.test(`each role opens exactly the pages that the table names, and sends exactly their forms, on ${host}`, () =>
    withBrowser(async (served) => {
      await keyOfEach(served);
      const wrong: string[] = [];
      for (const caller of CALLERS) {
        for (const page of pagesOf()) {
          for (const [method, line] of Object.entries(PAGE_MATRIX[page.file])) {
            const isIn = await opens(served, { caller, page, method });
            if (isIn !== may(line, caller, host)) {
              wrong.push(`${method} ${page.file}: ${caller} ${isIn ? "got in" : "did not"}`);
            }
          }
        }
      }
      assert.deepEqual(wrong, []);
    }, { host }));
}

const browsers = new WeakMap<Served["app"], Map<Caller, { browser: Browser; token: string }>>();

/** Somebody of this role who has signed in, with what their forms carry. */
async function person({ app }: Served, caller: Caller): Promise<{ browser: Browser; token: string }> {
  const known = browsers.get(app) ?? new Map<Caller, { browser: Browser; token: string }>();
  browsers.set(app, known);
  const found = known.get(caller);
  if (found) return found;
  const browser = new Browser(app);
  if (caller !== null) await signIn(browser, `pk_of-the-${caller}`);
  const token = (await browser.page("/sign-in")).querySelector("input[name=token]")?.getAttribute("value") ??
    "";
  known.set(caller, { browser, token });
  return { browser, token };
}

/** Whether somebody gets in at a page: neither refused nor sent to sign in. What is not there was not refused. */
async function opens(
  served: Served,
  { caller, page, method }: { caller: Caller; page: { file: string; address: string }; method: string },
): Promise<boolean> {
  const { browser, token } = await person(served, caller);
  const address = page.file === "act/[action]" ? "/act/start?model=churn" : page.address.replace("{}", "1");
  const abort = new AbortController();
  const form = new URLSearchParams({ token, key: "x", why: "", once: crypto.randomUUID() });
  const headers = { origin: HERE, "sec-fetch-site": "same-origin" };
  const init = method === "POST" ? { method, body: form, headers } : { headers: {} };
  const response = await browser.open(address, { ...init, signal: abort.signal });
  const location = response.headers.get("location") ?? "";
  await response.body?.cancel();
  abort.abort();
  if (page.file === "sign-out" && method === "POST") browsers.get(served.app)!.delete(caller);
  if (page.file === "sign-in" && method === "POST") return [403, 429].includes(response.status); // a wrong key
  const isSentAway = location.startsWith("/sign-in?to=");
  return !isSentAway && response.status !== 401 && response.status !== 403;
}
