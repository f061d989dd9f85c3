/** Finds `routes/`, `islands/` and `static/`, and puts them into an app: `fresh/dev` in `deno.json`. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Hono } from "hono";
import { serveStatic } from "hono/deno";
import { etag } from "hono/etag";
import { type FunctionComponent, h } from "preact";
import { type Bundle, bundleIslands } from "./bundle.ts";
import { registerIsland, renderPage } from "./islands.ts";
import { adapt, type App, type PageComponent, type PageResponse, type RouteHandler } from "./mod.ts";
import { type Carrier, type Context, HttpError, type Middleware, type Site } from "./context.ts";

/** The exports of a file below `routes/` or `islands/`. */
interface Module {
  default?: PageComponent;
  // deno-lint-ignore no-explicit-any -- its data are between the file's handler and its page
  handler?: RouteHandler<any, any>;
}
type Files = ReadonlyMap<string, Module>;

/** Every module below `dir` by its name without ending, such as `cycles/[...id]`. */
async function load(dir: string): Promise<Files> {
  const names = await readdir(dir, { recursive: true });
  const modules = names.filter((name) => /\.tsx?$/.test(name) && !/(^|\/)\(_/.test(name)).sort() // `(_x)/` holds no routes
    .map(async (name) =>
      [name.replace(/\.tsx?$/, ""), await import(pathToFileURL(join(dir, name)).href)] as const
    );
  return new Map(await Promise.all(modules));
}

/** `cycles/[...id]` answers `/cycles/:id{.+}`, `runs/[id]` answers `/runs/:id`, `index` its folder. */
export const toPattern = (name: string): string =>
  ("/" + name).replace(/\/index$/, "/").replace(/\[\.\.\.(\w+)\]/, ":$1{.+}").replace(/\[(\w+)\]/g, ":$1")
    .replace(/(.)\/$/, "$1");

/** Sorts fixed names before `:params`, and those before `:rest{.+}`. */
const rank = (pattern: string) => pattern.replace(/:\w+\{/g, "~~").replace(/:/g, "~");

const foldersOf = (name: string) =>
  name.split("/").map((_, i, parts) => parts.slice(0, i).map((p) => p + "/").join(""));

/** The files called `file` that hold for the route `name`, from the outside in. */
const along = (files: Files, name: string, file: string): Module[] =>
  foldersOf(name).flatMap((folder) => files.get(folder + file) ?? []);

/** Draws a page inside its layouts and `_app`. */
function draw<State>(
  ctx: Context<State>,
  wrappers: Module[],
  Page: PageComponent,
  init: PageResponse<unknown>,
): Response {
  const { req, url, params, state, error } = ctx;
  const props = { req, url, params, state, error, data: init.data, Component: () => null };
  let vnode = h(Page as FunctionComponent, props as object);
  for (const { default: Wrapper } of wrappers.toReversed()) {
    const child = vnode;
    if (Wrapper) vnode = h(Wrapper as FunctionComponent, { ...props, Component: () => child } as object);
  }
  const headers = new Headers(init.headers);
  headers.set("content-type", "text/html; charset=utf-8");
  return new Response(renderPage(vnode), { status: init.status, headers });
}

/** Calls what the route has for the method; draws its page if that is the answer. */
async function answer<State>(
  ctx: Context<State>,
  { handler, default: Page }: Module,
  wrappers: Module[],
): Promise<Response> {
  const method = ctx.req.method === "HEAD" ? "GET" : ctx.req.method;
  const handle = typeof handler === "function" ? handler : handler?.[method as "GET"];
  if (!handle && !(Page && method === "GET")) throw new HttpError(405, `Nothing here answers ${method}`);
  const result = handle ? await handle(ctx) : { data: undefined };
  return result instanceof Response ? result : draw(ctx, wrappers, Page!, result);
}

function addRoutes<State>(files: Files, carrier: Carrier<State>): void {
  const routes = [...files].filter(([name]) => !name.split("/").at(-1)!.startsWith("_"))
    .map(([name, module]) => ({ name, module, pattern: toPattern(name) }))
    .sort((a, b) => rank(a.pattern) < rank(b.pattern) ? -1 : 1);
  for (const { name, module, pattern } of routes) {
    const before = along(files, name, "_middleware").flatMap((m) =>
      m.default as unknown as Middleware<State>
    );
    const wrappers = [...along(files, "", "_app"), ...along(files, name, "_layout")];
    for (const middleware of before) carrier.all(pattern, adapt(middleware));
    carrier.all(pattern, (c) => {
      c.env.params = c.req.param();
      return answer(c.env, module, wrappers);
    });
  }
}

function drawError<State>(files: Files, ctx: Context<State>, error: unknown): Response {
  const status = error instanceof HttpError ? error.status : 500;
  if (status >= 500) console.error(error);
  ctx.error = error;
  const Page = files.get("_error")?.default;
  if (!Page) {
    return new Response(error instanceof HttpError ? error.message : "Internal server error", { status });
  }
  return draw(ctx, along(files, "", "_app"), Page, { data: undefined, status });
}

/** No file of ours has a longer path; a disk that is asked for a name too long has its error logged with all of it. */
const PATH_MAX = 200;

/** Serves the browser's code and `static/`; 404 for anything else. */
function serveFiles(
  root: string,
  bundle: () => Promise<Bundle>,
): (req: Request) => Response | Promise<Response> {
  const files = new Hono().use(etag());
  files.get("/_fresh/:file", async (c, next) => {
    const code = (await bundle())[c.req.param("file")];
    return code === undefined
      ? await next()
      : c.body(code, 200, { "content-type": "text/javascript; charset=utf-8" });
  });
  const fromDisk = serveStatic({ root: join(root, "static") });
  files.use((c, next) => c.req.path.length > PATH_MAX ? next() : fromDisk(c, next));
  return (req) => files.fetch(req);
}

// deno-lint-ignore no-explicit-any -- as Fresh has it: an app's state need not be named to build it
export class Builder<State = any> {
  #root: string;
  #cacheDir?: string;

  /** @param options.cacheDir where bundles are kept from one start to the next (ours, not Fresh's; none: in memory) */
  constructor({ root = Deno.cwd(), cacheDir }: { root?: string; cacheDir?: string } = {}) {
    this.#root = root;
    this.#cacheDir = cacheDir;
  }

  /** Loads routes and islands, and returns what puts them into an app. Bundling starts when a browser first asks. */
  async build(_options?: { snapshot?: "memory" }): Promise<(app: App<State>) => void> {
    const files = await load(join(this.#root, "routes"));
    const islands = await load(join(this.#root, "islands"));
    for (const [name, { default: Island }] of islands) {
      registerIsland(name, Island as unknown as FunctionComponent);
    }
    let made: Promise<Bundle> | undefined;
    const bundle = () =>
      made ??= bundleIslands(this.#root, this.#cacheDir).catch((error) => {
        made = undefined; // the next request tries again
        throw error;
      });
    const site: Site<State> = {
      files: serveFiles(this.#root, bundle),
      addRoutes: (carrier) => addRoutes(files, carrier),
      drawError: (ctx, error) => drawError(files, ctx, error),
    };
    return (app) => void (app.site = site);
  }
}
