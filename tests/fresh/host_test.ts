import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { App, createDefine, HttpError, page, staticFiles } from "fresh";
import { Builder } from "fresh/dev";
import { freshLock } from "./write_lock.ts";
import { toPattern } from "../../src/fresh/dev.ts";

/** Some answers are our host's own; all else holds on Fresh itself too, where these tests ran with its sources (decision 0023). */
const ignore = !import.meta.resolve("fresh").endsWith("/src/fresh/mod.ts");

interface State {
  seen: string[];
}

/** A site of plain modules: `h` comes in over a global, since a folder outside the checkout has no import map. */
const SITE = {
  "deno.json": `{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "preact" } }`, // Fresh reads it
  "routes/_app.tsx":
    `export default ({ Component }) => h("html", null, h("head"), h("body", null, h(Component)));`,
  "routes/_error.tsx":
    `export default ({ error }) => h("h1", null, error.status ?? 500, " ", error.message);`,
  "routes/index.tsx": `import Dial from "../islands/Dial.tsx";
    export default ({ state }) => h("main", null, state.seen.join(), h(Dial, { label: '"<b>"' }));`,
  "routes/runs/_middleware.ts":
    `export default async (ctx) => { const r = await ctx.next(); r.headers.set("x-runs", "1"); return r; };`,
  "routes/runs/_layout.tsx": `export default ({ Component }) => h("section", null, h(Component));`,
  "routes/runs/new.tsx": `export const handler = { POST: (ctx) => ctx.redirect("//evil.example/x", 303) };
    export default () => h("p", null, "new");`,
  "routes/runs/[...id].tsx":
    `export const handler = { GET: (ctx) => ctx.params.id === "none" ? Promise.reject(new Error("secret")) : ({ data: ctx.params.id, status: 203 }) };
    export default ({ data }) => h("p", null, data);`,
  "routes/(_parts)/helper.ts": `throw new Error("is no route");`,
  "islands/Dial.tsx": `export default ({ label }) => h("button", null, label);`,
  "static/site.css": "body { margin: 0 }",
};

async function withSite(
  use: (get: (path: string, init?: RequestInit) => Promise<Response>) => Promise<void>,
) {
  const { h } = await import("preact");
  Object.assign(globalThis, { h });
  const root = await mkdtemp(join(tmpdir(), "site-"));
  try {
    for (const [path, text] of Object.entries(SITE)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    const app = new App<State>().use(staticFiles()).use((ctx) => {
      ctx.state.seen = [ctx.url.pathname];
      return ctx.next();
    }).fsRoutes();
    (await new Builder<State>({ root }).build({ snapshot: "memory" }))(app);
    const handler = app.handler();
    await use((path, init) => handler(new Request(`http://localhost${path}`, init)));
  } finally {
    await rm(root, { recursive: true });
  }
}

Deno.test("App serves pages inside _app, islands with their props, and the script that wakes them", {
  ignore,
}, () =>
  withSite(async (get) => {
    const html = await (await get("/")).text();
    assert.match(html, /^<!DOCTYPE html><html><head><script type="module" src="\/_fresh\/client.js">/);
    assert.match(
      html,
      /<main>\/<fresh-island name="Dial" data-props="\{&quot;label&quot;:&quot;\\&quot;&lt;b>/,
    );
    assert.doesNotMatch(html.replace(/<script type="module"[^>]*>/, ""), /<script/);
  }));

Deno.test("App runs middlewares and layouts of the folder, and hands the rest of the path over as one parameter", () =>
  withSite(async (get) => {
    const res = await get("/runs/retrainer/churn/cycle/7");
    assert.deepEqual([res.status, res.headers.get("x-runs")], [203, "1"]);
    assert.match(await res.text(), /<body><section><p>retrainer\/churn\/cycle\/7<\/p><\/section><\/body>/);
    assert.match(await (await get("/runs/new")).text(), /<p>new<\/p>/);
  }));

for (
  const [what, path, init, want] of [
    ["404 for an unknown path", "/nope", {}, [404, "404 Not found"]],
    ["404 for a folder that holds no routes", "/(_parts)/helper", {}, [404, "404 Not found"]],
    ["405 for a method no handler has", "/", { method: "POST" }, [405, "405 Nothing here answers POST"]],
    ["500 when a handler breaks", "/runs/none", {}, [500, "500 secret"]],
  ] as const
) {
  Deno.test(
    `App draws _error with ${what}`,
    { ignore: ignore && want[0] < 500 },
    () =>
      withSite(async (get) => {
        const shown = console.error;
        console.error = () => undefined; // the broken handler is meant to break
        const res = await get(path, init);
        console.error = shown;
        assert.deepEqual([res.status, (await res.text()).match(/<h1>(.*)<\/h1>/)?.[1]], want);
      }),
  );
}

Deno.test("Context.redirect() stays on this site, when the path looks like another host", () =>
  withSite(async (get) => {
    const res = await get("/runs/new", { method: "POST" });
    assert.deepEqual([res.status, res.headers.get("location")], [303, "/evil.example/x"]);
  }));

Deno.test(
  "staticFiles() answers files with an ETag, and 304 when it is known",
  { ignore },
  () =>
    withSite(async (get) => {
      const res = await get("/site.css");
      assert.deepEqual([res.status, res.headers.get("content-type")], [200, "text/css; charset=utf-8"]);
      const again = await get("/site.css", { headers: { "if-none-match": res.headers.get("etag")! } });
      assert.equal(again.status, 304);
      assert.equal((await get("/../routes/index.tsx")).status, 404);
      await res.body?.cancel();
    }),
);

Deno.test("toPattern() orders nothing and names all, for the kinds of file name Fresh documents", () => {
  const names = ["index", "cycles/index", "cycles/[...id]", "runs/[id]", "live"];
  assert.deepEqual(names.map(toPattern), ["/", "/cycles", "/cycles/:id{.+}", "/runs/:id", "/live"]);
});

Deno.test("the surface of Fresh that the pages rely on is there", () => {
  const define = createDefine<State>();
  const handler = define.handlers({ GET: () => page({ n: 1 }, { status: 201 }) });
  const { data, status } = handler.GET();
  assert.deepEqual([data, status], [{ n: 1 }, 201]);
  const given = () => null as never;
  assert.deepEqual([define.page(given), define.layout(given), define.middleware(given)], [
    given,
    given,
    given,
  ]);
  const error = new HttpError(404, "No such cycle");
  assert.ok(error instanceof Error);
  assert.deepEqual([error.status, error.message], [404, "No such cycle"]);
});

Deno.test(
  "handler() says what is missing, when no Builder built the app",
  { ignore },
  () => assert.throws(() => new App().handler(), /need an app that a Builder has built/),
);

Deno.test("deno.fresh.lock holds the packages of deno.lock; what else is in it comes from Fresh's registry", async () => {
  const { version, specifiers, npm, ...others } = JSON.parse(
    await readFile(join(import.meta.dirname!, "../../deno.fresh.lock"), "utf8"),
  );
  const ours = JSON.parse(await freshLock());
  assert.equal(version, ours.version);
  for (const [name, locked] of Object.entries(ours.npm)) assert.deepEqual(npm[name], locked, name);
  for (const [name, locked] of Object.entries(ours.specifiers)) assert.equal(specifiers[name], locked, name);
  assert.deepEqual(Object.keys(others).filter((key) => !["jsr", "workspace"].includes(key)), []);
});

Deno.test("deno.fresh.json differs from deno.json in where Fresh comes from, and in nothing else", async () => {
  const read = async (name: string) =>
    JSON.parse(await readFile(join(import.meta.dirname!, "../..", name), "utf8"));
  const ours = await read("deno.json");
  const theirs = await read("deno.fresh.json");
  for (const key of ["nodeModulesDir", "unstable", "allowScripts", "compilerOptions"]) {
    assert.deepEqual(theirs[key], ours[key], key);
  }
  const fresh = { fresh: "jsr:@fresh/core@2.3.3", "fresh/dev": "jsr:@fresh/core@2.3.3/dev" };
  assert.deepEqual(theirs.imports, { ...ours.imports, ...fresh });
  assert.match(
    ours.tasks["dashboard:fresh"],
    /^deno run --config deno\.fresh\.json --lock=deno\.fresh\.lock .* src\/main\.ts up$/,
  );
});
