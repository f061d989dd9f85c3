import { HttpError } from "fresh";
import { readKeys } from "../../../src/dashboard/key_answers.ts";
import type { ActionRequest } from "../../../src/dashboard/action_handlers.ts";
import type { ApiKey } from "../../../src/db/access/api_keys.ts";

/** A key that an address names. */
export type AskedKey = ApiKey;

/** Finds the key that the address names, for who may see keys. @throws {HttpError} they may not, or there is none */
export async function askedKey({ url, state }: ActionRequest, title: string): Promise<AskedKey> {
  const { sessions, person } = state;
  if (!person) throw new HttpError(403, "You are not signed in any more: sign in, then send it again");
  const answer = await sessions.ask(person, { method: "GET", path: "/keys", once: crypto.randomUUID() });
  if ("why" in answer) throw new HttpError(answer.status, answer.why);
  const key = readKeys(answer.body).find(({ name }) => name === url.searchParams.get("name"));
  if (!key) throw new HttpError(404, "There is no key of this name any more");
  state.title = title;
  return key;
}
