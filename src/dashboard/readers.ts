import { neededRole } from "../api/access.ts";
import { LOOPBACK } from "../api/deps.ts";
import { presentedKey } from "../api/callers.ts";
import { holderOfKey } from "../app/security/keys.ts";
import type { DashboardDeps } from "./deps.ts";
import { covers } from "../security/scopes.ts";
import { wantsPage } from "./requests.ts";

export const SIGN_IN = "/sign-in";

/**
 * Decides who may read the pages without a session: on loopback everybody, else who sends a key that may read, as the
 * API takes it.
 */
export function readersOf(
  { sql, host = LOOPBACK, readsNeedKey }: DashboardDeps,
): (req: Request) => Promise<boolean> {
  if (neededRole("reader", host, { readsNeedKey }) === null) return () => Promise.resolve(true);
  return async (req) => {
    const key = presentedKey(req.headers);
    const holder = key === undefined ? null : await holderOfKey(sql, key);
    return holder !== null && covers(holder.scopes, "read");
  };
}

/** Sends a browser to the page on which one signs in; whoever asks otherwise is told to send a key. */
export function toSignIn(req: Request, { pathname, search }: URL): Response {
  if (!wantsPage(req)) {
    const headers = { "www-authenticate": 'Bearer realm="perennial"' };
    return new Response("Send the key of this installation, or sign in", { status: 401, headers });
  }
  const to = new URLSearchParams({ to: pathname + search });
  return new Response(null, { status: 303, headers: { location: `${SIGN_IN}?${to}` } });
}
