import { sourceOf } from "../api/remote_address.ts";
import { HttpError } from "fresh";
import type { State } from "./define.ts";

interface Sent {
  req: Request;
  url: URL;
  state: State;
}

/**
 * The fields of a form that one of our own pages sent, of a person who has signed in.
 * @throws {HttpError} another site sent it, nobody has signed in, or it belongs to another session
 */
export async function readForm({ req, url, state }: Sent): Promise<FormData> {
  const form = await readOwnForm({ req, url });
  if (!state.person) throw new HttpError(403, "You are no longer signed in: sign in, then send it again");
  if (form.get("token") !== state.person.token) {
    throw new HttpError(403, "The form is of another session: open it again");
  }
  return form;
}

/** The fields of a form that one of our own pages sent. @throws {HttpError} another site did, or it is no form */
export async function readOwnForm({ req, url }: Omit<Sent, "state">): Promise<FormData> {
  if (!isOwn(req, url)) throw new HttpError(403, "The form did not come from this site");
  try {
    return await req.formData();
  } catch {
    throw new HttpError(400, "The form cannot be read");
  }
}

/** A browser says where a form comes from: it does so over https and on loopback, and else by its `Origin`. */
export function isOwn(req: Request, url: URL): boolean {
  const site = req.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return false;
  const origin = req.headers.get("origin");
  if (origin === null || !URL.canParse(origin)) return false;
  return isOurs(req, new URL(origin), url);
}

/** Whether an origin is how this server is reached: by the name that was asked for, or by its public one. */
function isOurs(req: Request, origin: URL, url: URL): boolean {
  const { publicUrl } = sourceOf(req);
  if (publicUrl !== undefined && origin.origin === new URL(publicUrl).origin) return true;
  return origin.host === (req.headers.get("host") ?? url.host);
}

/** A text field, trimmed; empty where it was not sent. */
export const field = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
};

/** Sends the browser to a page of ours, whatever it sent before. */
export const seeOther = (path: string, headers: Record<string, string> = {}): Response =>
  new Response(null, { status: 303, headers: { ...headers, location: ownPath(path) } });

/** A path of this site; anything that would lead elsewhere is the overview. */
export function ownPath(to: string): string {
  const here = "http://here.invalid";
  if (!to.startsWith("/") || !URL.canParse(to, here)) return "/";
  const { origin, pathname, search, hash } = new URL(to, here);
  return origin === here ? pathname.replace(/^\/+/, "/") + search + hash : "/";
}

/** The page to sign in at, which leads back to `to` afterwards. */
export const signInPath = (to: string): string => `/sign-in?${new URLSearchParams({ to })}`;
