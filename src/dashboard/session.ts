/** A session as the pages see it: who has signed in, and how they change something. */

import type { Role } from "../security/roles.ts";

/** Somebody who has signed in. */
export interface Person {
  /** name of the key they signed in with: the audit has it */
  name: string;
  /** what that key allows */
  role: Role;
  /** what their forms carry */
  token: string;
  until: string;
  /** which of their sessions this is; tells nobody its id */
  session: string;
}

/** A change, as the API takes it. */
export interface Change {
  /** left out: POST */
  method?: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  /** the version that it changes; of another it is refused (412) */
  ifMatch?: number;
  /** left out: none */
  body?: Record<string, unknown>;
  /** the same twice counts once */
  once: string;
}

export interface SessionActions {
  /** whether one can sign in by an OpenID provider as well */
  hasProvider: boolean;
  /** Takes a key, or a code from a link. @returns the cookie to set, or why not */
  signIn(
    req: Request,
    shown: { key: string } | { code: string },
  ): Promise<{ cookie: string } | { status: 403 | 429; why: string }>;
  /** @returns the cookie that clears the browser's */
  signOut(req: Request, person: Person): Promise<string>;
  /** Changes something in the person's name. @returns null, or why it was refused, with its status */
  change(person: Person, change: Change): Promise<null | { status: number; why: string }>;
  /** Asks the API in the person's name, and hands its answer back: a key is told there once. */
  ask(person: Person, change: Change): Promise<{ body: unknown } | { status: number; why: string }>;
  /** Asks the API for a file in the person's name. */
  download(
    person: Person,
    path: string,
  ): Promise<{ bytes: Uint8Array<ArrayBuffer> } | { status: number; why: string }>;
  /** Leaves a notice for the person's next page. */
  leaveNotice(person: Person, notice: string): Promise<void>;
}
