/** A request on its way through middlewares to its page, and the site that answers it. */
import type { Hono } from "hono";

/** The parts that a `Builder` gives an app. */
export interface Site<State> {
  files: (req: Request) => Response | Promise<Response>;
  addRoutes: (carrier: Carrier<State>) => void;
  drawError: (ctx: Context<State>, error: unknown) => Response;
}

export type Awaitable<T> = T | Promise<T>;

/** Ends a request with this status; `_error.tsx` draws it. */
export class HttpError extends Error {
  override name = "HttpError";
  constructor(readonly status: number, message = "", options?: ErrorOptions) {
    super(message, options);
  }
}

/** One request on its way through the middlewares to its page. */
export class Context<State> {
  readonly url: URL;
  params: Record<string, string> = {};
  readonly state = {} as State;
  error: unknown = null;
  next: () => Promise<Response> = () => Promise.reject(new HttpError(404, "Not found"));

  constructor(readonly req: Request) {
    this.url = new URL(req.url);
  }

  /** Sends the browser elsewhere on this site: a leading `//` would name another host, so it is folded to `/`. */
  redirect(pathname: string, status = 302): Response {
    return new Response(null, { status, headers: { location: pathname.replace(/^[/\\]{2,}/, "/") } });
  }
}

export type Middleware<State> = (ctx: Context<State>) => Awaitable<Response>;

/** The Hono that carries one Fresh context through a request. */
export type Carrier<State> = Hono<{ Bindings: Context<State> }>;
