/**
 * The part of Fresh 2 that the dashboard relies on, under Fresh's own names, over Hono and Preact.
 * `deno.json` maps `fresh` here; `deno.fresh.json` maps it to the real one, and the same pages run there.
 */
import { type Context as HonoContext, Hono, type Next } from "hono";
import type { ComponentChild, FunctionComponent } from "preact";
import { type Awaitable, type Carrier, Context, HttpError, type Middleware, type Site } from "./context.ts";

export { Context, HttpError } from "./context.ts";
export type { Carrier, Middleware, Site } from "./context.ts";
export { csp } from "./csp.ts";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Returns the answer of a handler that has its page drawn with `data`. */
export interface PageResponse<Data> {
  data: Data;
  status?: number;
  headers?: HeadersInit;
}

export const page = <Data>(
  data: Data,
  init: { status?: number; headers?: HeadersInit } = {},
): PageResponse<Data> => ({
  data,
  ...init,
});

export type HandlerFn<Data, State> = (ctx: Context<State>) => Awaitable<Response | PageResponse<Data>>;
export type RouteHandler<Data, State> = HandlerFn<Data, State> | { [M in Method]?: HandlerFn<Data, State> };

/** The props of a page, a layout, `_app` and `_error`. */
export type PageProps<Data = unknown, State = unknown> =
  & Pick<Context<State>, "req" | "url" | "params" | "state" | "error">
  & { data: Data; Component: FunctionComponent };
// deno-lint-ignore no-explicit-any -- each file names its own data; the host only hands them through
export type PageComponent<Data = any, State = any> = (props: PageProps<Data, State>) => ComponentChild;

/** Functions that return what they are given: they only tell a route file its types. */
export const createDefine = <State>() => ({
  // deno-lint-ignore no-explicit-any -- inferred from what the handlers return
  handlers: <Data = any, H extends RouteHandler<Data, State> = RouteHandler<Data, State>>(handlers: H): H =>
    handlers,
  page: <
    // deno-lint-ignore no-explicit-any -- `H` is `typeof handler`
    H extends RouteHandler<any, State> = never,
    Data = H extends RouteHandler<infer D, State> ? D : never,
  >(component: PageComponent<Data, State>): PageComponent<Data, State> => component,
  layout: (component: PageComponent<unknown, State>): PageComponent<unknown, State> => component,
  middleware: <M extends Middleware<State> | Middleware<State>[]>(middleware: M): M => middleware,
});

/** A Fresh middleware as one of Hono's. */
export const adapt =
  <State>(middleware: Middleware<State>) =>
  async (c: HonoContext<{ Bindings: Context<State> }>, next: Next): Promise<void> => {
    c.env.next = async () => {
      await next();
      return c.res;
    };
    const answer = await middleware(c.env);
    if (answer === c.res) return;
    c.res = undefined; // else Hono would keep the headers of the answer that this one replaces
    c.res = answer;
  };

/** Middlewares and file routes in the order they were added. A `Builder` gives it its `site`. */
export class App<State> {
  #steps: ((carrier: Carrier<State>, site: Site<State>) => void)[] = [];
  site: Site<State> | null = null;

  use(...middlewares: Middleware<State>[]): this {
    for (const middleware of middlewares) this.#steps.push((carrier) => carrier.use(adapt(middleware)));
    return this;
  }

  /** Answers with the files below `routes/`. */
  fsRoutes(): this {
    this.#steps.push((carrier, site) => site.addRoutes(carrier));
    return this;
  }

  /** @throws {TypeError} no `Builder` has built the app */
  handler(): (req: Request) => Promise<Response> {
    const { site } = this;
    if (!site) throw new TypeError("Cannot handle requests: need an app that a Builder has built");
    const carrier: Carrier<State> = new Hono();
    carrier.use(adapt((ctx) => (sites.set(ctx, site), ctx.next())));
    for (const step of this.#steps) step(carrier, site);
    carrier.onError((error, c) => site.drawError(c.env, error));
    carrier.notFound((c) => site.drawError(c.env, new HttpError(404, "Not found")));
    return async (req) => await carrier.fetch(req, new Context<State>(req));
  }

  async listen(options: Deno.ServeTcpOptions = {}): Promise<void> {
    await Deno.serve(options, this.handler()).finished;
  }
}

// deno-lint-ignore no-explicit-any -- holds sites of apps with any state
const sites = new WeakMap<Context<any>, Site<any>>();

/** Serves `static/` and the browser's code; what is not there goes on to the next middleware. */
export const staticFiles = <State>(): Middleware<State> => async (ctx) => {
  const file = await sites.get(ctx)!.files(ctx.req);
  return file.status === 404 ? ctx.next() : file;
};
