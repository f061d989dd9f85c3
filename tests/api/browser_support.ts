/** What a browser does with the dashboard, as far as a test of forms needs it. */
import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import type { DashboardDeps } from "../../src/dashboard/deps.ts";
import type { ApiDeps } from "../../src/api/deps.ts";
import { withDesk } from "../dashboard/sessions_support.ts";
import { KEY, type Served } from "./support.ts";

export const HERE = "http://localhost:8000";

/** A browser in a few lines: it keeps cookies, says where its forms come from, and follows what it is told. */
export class Browser {
  cookie = "";
  constructor(readonly app: Served["app"]) {}
  async open(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { accept: "text/html", host: "localhost:8000", cookie: this.cookie, ...init.headers };
    const res = await this.app.request(`${HERE}${path}`, { ...init, headers });
    const set = res.headers.get("set-cookie");
    if (set) this.cookie = set.split(";")[0];
    return res;
  }
  async page(path: string): Promise<Document> {
    const res = await this.open(path);
    assert.equal(res.status, 200, path);
    return parseHTML(await res.text()).document;
  }
  /** Sends the one form on a page, with `fields` filled in. */
  async send(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const form = (await this.page(path)).querySelector("form[method=post]")!;
    const body = new URLSearchParams();
    for (const input of form.querySelectorAll("input")) {
      body.set(input.getAttribute("name")!, input.getAttribute("value") ?? "");
    }
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    const all = { origin: HERE, "sec-fetch-site": "same-origin", ...headers };
    const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
    return await this.open(form.getAttribute("action")!, { method: "POST", body, headers: sent });
  }
}

/** The same as `withDesk()` of the support, with a browser. */
export const withBrowser = (
  test: (served: Served & { browser: Browser }) => Promise<void>,
  changed: Partial<ApiDeps> = {},
  pages: Partial<DashboardDeps> = {},
) => withDesk((served) => test({ ...served, browser: new Browser(served.app) }), changed, pages);

export const signIn = (browser: Browser, key = KEY, to = "/") => browser.send(`/sign-in?to=${to}`, { key });
