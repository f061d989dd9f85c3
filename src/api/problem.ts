import { HTTPException } from "hono/http-exception";
import {
  ConflictError,
  InsufficientDataError,
  InvalidInputError,
  messageOf,
  NotFoundError,
} from "../core/errors.ts";
import { ScopesExceededError } from "../app/security/give_keys.ts";
import { aRole, type Role } from "../security/roles.ts";
import type { Problem } from "./messages.ts";

/** The kinds of problem an answer can name, with their status and title. */
const KINDS = {
  "malformed": [400, "Malformed request"],
  "key-needed": [401, "An API key is required"],
  "key-unknown": [401, "Invalid API key"],
  "key-expired": [401, "Expired API key"],
  "wrong-signature": [401, "Invalid signature"],
  "role-needed": [403, "Insufficient role"],
  "not-found": [404, "Not found"],
  "method-not-allowed": [405, "Method not allowed"],
  "conflict": [409, "Conflict with the current state"],
  "changed-meanwhile": [412, "Changed since it was read"],
  "too-large": [413, "Request too large"],
  "media-type": [415, "Content type not supported"],
  "foreign-host": [421, "Host not allowed"],
  "invalid-input": [422, "Validation failed"],
  "insufficient-data": [422, "Not enough data"],
  "too-many": [429, "Too many requests"],
  "internal": [500, "Internal error"],
  "unavailable": [503, "Service unavailable"],
  "timeout": [504, "Timeout"],
  "storage-full": [507, "Storage quota reached"],
} as const;
/** Names of the kinds of problem. */
export type ProblemKind = keyof typeof KINDS;

/** Problems of the HTTP layer itself, rather than of the domain. */
export class ApiFault extends Error {
  override name = "ApiFault";
  /** after so long it may be sent again; left out: as answers of its status say */
  readonly retryAfterS?: number;
  constructor(readonly kind: ProblemKind, message: string, readonly field?: string) {
    super(message);
  }
}

/** There is something at this address, but not for this method. */
export class MethodNotAllowedError extends ApiFault {
  override name = "MethodNotAllowedError";
  constructor(readonly allow: readonly string[], detail: string) {
    super("method-not-allowed", detail);
  }
}

/** A server that the API needs does not answer: Temporal or Postgres. */
export class UnavailableError extends ApiFault {
  override name = "UnavailableError";
  constructor(readonly service: "Temporal" | "Postgres", detail: string) {
    super("unavailable", detail);
  }
}

/** The caller may not do this. */
export class RoleNeededError extends ApiFault {
  override name = "RoleNeededError";
  constructor(readonly needs: Role, { name, role }: { name: string; role: Role }) {
    super(
      "role-needed",
      `This needs the role ${needs}; "${name}" is ${aRole(role)}. An admin gives out keys`,
    );
  }
}

/**
 * Turns an error into an answer: the one place where this happens. An error that is not ours tells nothing of itself.
 */
export function problemOf(error: unknown, requestId: string): Problem {
  const { kind, detail, field } = translated(error);
  const [status, title] = KINDS[kind];
  return {
    type: `urn:perennial:problem:${kind}`,
    title,
    status,
    detail,
    instance: `urn:perennial:request:${requestId}`,
    ...(field === undefined ? {} : { field }),
    ...(error instanceof RoleNeededError ? { needs: error.needs } : {}),
  };
}

function translated(error: unknown): { kind: ProblemKind; detail: string; field?: string } {
  const detail = messageOf(error);
  if (error instanceof ApiFault) return { kind: error.kind, detail, field: error.field };
  if (error instanceof NotFoundError) return { kind: "not-found", detail };
  if (error instanceof ScopesExceededError) return { kind: "role-needed", detail };
  if (error instanceof ConflictError) return { kind: "conflict", detail };
  if (error instanceof InvalidInputError) return { kind: "invalid-input", detail, field: error.field };
  if (error instanceof InsufficientDataError) return { kind: "insufficient-data", detail };
  if (error instanceof HTTPException) return { kind: ofStatus(error.status), detail };
  if (isRefusedValue(error)) {
    return { kind: "invalid-input", detail: "A value of the request is out of the range that can be stored" };
  }
  if (isDatabaseDown(error)) {
    return { kind: "unavailable", detail: "Postgres does not answer; try again soon" };
  }
  const hindered = hindranceOf(error);
  if (hindered) return { kind: "unavailable", detail: hindered };
  if (isBodyCut(error)) {
    return { kind: "unavailable", detail: "The body could not be read to its end; send it again" };
  }
  return { kind: "internal", detail: "The reason is in the server's log, under the id in `instance`" };
}

function ofStatus(status: number): ProblemKind {
  const kind = Object.entries(KINDS).find(([, [code]]) => code === status);
  return (kind?.[0] ?? "internal") as ProblemKind;
}

/**
 * Whether Postgres refused a value for what it is (class 22 of its codes): a number too large, a time that there is not,
 * text that cannot be. The schemas refuse these at the door; what slips past them is still the caller's, not a fault here.
 */
export const isRefusedValue = (error: unknown): boolean =>
  error instanceof Error && error.name === "PostgresError" &&
  /^22/.test(String((error as { code?: unknown }).code));

/** Codes of the driver and the operating system for a Postgres that is not there, is starting, or went away. */
const DOWN = new Set([
  "CONNECT_TIMEOUT",
  "CONNECTION_CLOSED",
  "CONNECTION_DESTROYED",
  "CONNECTION_ENDED",
  "ECONNREFUSED",
  "ECONNRESET",
  "57P01", // admin_shutdown
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now
  "53300", // too_many_connections
]);

/** Codes of a Postgres that answers, and cannot do what was asked just now; nothing of it was kept. */
const HINDERED: Readonly<Record<string, string>> = {
  "25006": "Postgres takes no changes now: it is read-only",
  "53100": "Postgres has no space left on its disk",
  "53200": "Postgres is out of memory",
  "53400": "Postgres has reached a limit of its configuration",
  "55P03": "Postgres waited too long for a lock",
  "57014": "Postgres took too long, and the statement was ended",
  "58030": "Postgres cannot read or write its disk",
  "40001": "Postgres could not put two changes in order",
  "40P01": "Two changes waited for each other, and Postgres ended one",
};

/** Returns what keeps Postgres from doing what was asked; null: the error says no such thing. */
export function hindranceOf(error: unknown): string | null {
  if (error instanceof AggregateError) {
    return error.errors.map(hindranceOf).find((text) => text !== null) ?? null;
  }
  const said = HINDERED[(error as { code?: string } | null)?.code ?? ""];
  return said ? `${said}. Nothing was kept; send it again` : null;
}

/** Whether a body ended before it was whole: its sender went away, or this server is stopping. */
const isBodyCut = (error: unknown): boolean =>
  error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted ||
  error instanceof Deno.errors.UnexpectedEof || error instanceof Deno.errors.Http;

/** Seconds after which it may be tried again, by the status of an answer. */
const RETRY_AFTER_S: Readonly<Record<number, number>> = { 429: 1, 503: 5, 504: 5 };

/** Returns the `Retry-After` header of an answer of this status, where it has one. @param error may know better */
export function retryAfter(status: number, error: unknown): Record<string, string> {
  const seconds = error instanceof ApiFault && error.retryAfterS || RETRY_AFTER_S[status];
  return seconds ? { "Retry-After": String(seconds) } : {};
}

/** Whether an error says that Postgres cannot be reached. */
export function isDatabaseDown(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseDown);
  return DOWN.has((error as { code?: string } | null)?.code ?? "");
}
