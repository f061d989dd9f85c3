import { createRoute } from "@hono/zod-openapi";
import { listKeys } from "../../db/access/api_keys.ts";
import { systemClock } from "../../core/clock.ts";
import { DAY_MS, HOUR_MS } from "../../core/time.ts";
import { giveKey, revokeKey, rotateKey } from "../../app/security/give_keys.ts";
import { makeSignInCode } from "../../app/security/sessions.ts";
import type { KeyRing } from "../../app/security/key_ring.ts";
import {
  body,
  json,
  KeyAnswer,
  KeyBody,
  KeysAnswer,
  NewKeyAnswer,
  problem,
  RotateBody,
  SignInLinkAnswer,
} from "../components.ts";
import { ROLE_WORDS, ROLES } from "../../security/roles.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { KeyParam, RevokeQuery, RotateRequest } from "../messages.ts";
import { ApiFault } from "../problem.ts";

const tags = ["Keys"];

const list = createRoute({
  method: "get",
  path: "/keys",
  tags,
  summary: "Who has a key, and what it allows",
  responses: { 200: json(KeysAnswer, "Oldest first; no key is told"), default: problem },
});

const add = createRoute({
  method: "post",
  path: "/keys",
  tags,
  summary: "Make a key for somebody",
  description: `${ROLES.map((role) => `\`${role}\` ${ROLE_WORDS[role]}`).join("; ")}. ` +
    "The key is in this answer and nowhere else, so that the " +
    "same request again is refused (409): a name has one key.",
  request: { body: body(KeyBody, true) },
  responses: { 201: json(NewKeyAnswer, "The key, shown this once"), default: problem },
});

const rotate = createRoute({
  method: "post",
  path: "/keys/{name}/rotate",
  tags,
  summary: "Make another key for somebody; the one before holds for a while longer",
  request: { params: KeyParam, body: body(RotateBody, false) },
  responses: { 201: json(NewKeyAnswer, "The key, shown this once"), default: problem },
});

const revoke = createRoute({
  method: "delete",
  path: "/keys/{name}",
  tags,
  summary: "Revoke a key, and end every session that it began",
  description:
    "At once where this process answers, within a second where another one does. The key that the installation " +
    "printed cannot be revoked, nor the one that you call with. What `PERENNIAL_API_KEY` gives comes back with the " +
    "next start.",
  request: { params: KeyParam, query: RevokeQuery },
  responses: { 200: json(KeyAnswer, "It was this key"), default: problem },
});

const link = createRoute({
  method: "post",
  path: "/sign-in-links",
  tags,
  summary: "Make a link that signs a browser in as you",
  description: "It holds a code instead of your key, works once, and for five minutes.",
  responses: {
    201: json(SignInLinkAnswer, "Append the path to the address of this server"),
    default: problem,
  },
});

/** Keys: who has one, given and taken. */
export function addKeyRoutes(
  app: Api,
  { sql, clock }: Pick<ApiDeps, "sql" | "clock">,
  ring: KeyRing,
): void {
  app.openapi(link, async (c) => {
    if (c.get("scopes") !== null) {
      throw new ApiFault(
        "role-needed",
        `The key of "${c.get("who")}" is bounded to scopes, and signs no browser in: use one without scopes`,
      );
    }
    const { code, expiresAt } = await makeSignInCode(sql, c.get("who"), { atMs: clock() });
    return c.json({ code, path: `/sign-in?${new URLSearchParams({ code })}`, expiresAt }, 201);
  });
  app.openapi(list, async (c) => c.json({ keys: await listKeys(sql) }, 200));
  app.openapi(
    add,
    async (c) => {
      const { expiresInDays, ...request } = c.req.valid("json");
      const expiresAt = expiresInDays === undefined
        ? undefined
        : new Date(systemClock() + expiresInDays * DAY_MS).toISOString();
      return c.json(
        await giveKey(sql, { ...request, expiresAt, by: c.get("who"), ownScopes: c.get("scopes") }),
        201,
      );
    },
  );
  app.openapi(rotate, async (c) => {
    const { name } = c.req.valid("param");
    const { why, overlapHours } = RotateRequest.parse(c.req.valid("json"));
    const overlapMs = Math.round(overlapHours * HOUR_MS);
    const made = await rotateKey(sql, { name, why, overlapMs, by: c.get("who"), ownScopes: c.get("scopes") });
    ring.forget(name);
    return c.json(made, 201);
  });
  app.openapi(revoke, async (c) => {
    const { name } = c.req.valid("param");
    const { why } = c.req.valid("query");
    const gone = await revokeKey(sql, { name, why, by: c.get("who") });
    ring.forget(name);
    return c.json(gone, 200);
  });
}
