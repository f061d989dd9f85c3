import { createRoute } from "@hono/zod-openapi";
import { askErasure, askObjection, exportPerson } from "../../app/people/requests.ts";
import { canonicalJson } from "../../core/hash.ts";
import { getPrivacyRequest, listPrivacyRequests } from "../../db/people/privacy_requests.ts";
import { redactionsOf, verifyRedactions } from "../../db/people/redactions.ts";
import {
  body,
  json,
  ObjectionBody,
  PersonBody,
  PersonExportAnswer,
  PrivacyBegunAnswer,
  PrivacyRequestAnswer,
  PrivacyRequestsAnswer,
  problem,
} from "../components.ts";
import { sendNow } from "../control_messages.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { LimitQuery, PersonParam, PersonQuery, PrivacyParam } from "../messages.ts";

const tags = ["Privacy"];
const ERASES =
  "A workflow takes the person out of events, counts of days, predictions, quarantine, sealed blocks and evidence, and " +
  "off the map that leads from their id to their key; then it signs a receipt. Asked again while it runs, the same " +
  "request is answered. A person of whom nothing is kept is not found (404).";

const remove = createRoute({
  method: "delete",
  path: "/people/{id}",
  tags,
  summary: "Erase a person",
  description:
    `${ERASES} The id stands in the address, which proxies log: \`POST /privacy/erasures\` keeps it out.`,
  request: { params: PersonParam, query: PersonQuery },
  responses: { 202: json(PrivacyBegunAnswer, "It begins"), default: problem },
});

const erase = createRoute({
  method: "post",
  path: "/privacy/erasures",
  tags,
  summary: "Erase a person, named in the body",
  description: ERASES,
  request: { body: body(PersonBody, true) },
  responses: { 202: json(PrivacyBegunAnswer, "It begins"), default: problem },
});

const object = createRoute({
  method: "post",
  path: "/privacy/objections",
  tags,
  summary: "Note that a person objects to being profiled, or does no longer",
  description:
    "The baseline answers about who objects, nothing of it is stored, and no model is trained on them. It holds in every " +
    "process within a minute, and from the next training on.",
  request: { body: body(ObjectionBody, true) },
  responses: { 202: json(PrivacyBegunAnswer, "It is noted"), default: problem },
});

const read = createRoute({
  method: "get",
  path: "/people/{id}/export",
  tags,
  summary: "Everything that is kept of a person",
  description: "JSON that begins with a readable cover. That it was read stands in the audit.",
  request: { params: PersonParam, query: PersonQuery },
  responses: { 200: json(PersonExportAnswer, "What is kept"), default: problem },
});

const exportByBody = createRoute({
  method: "post",
  path: "/privacy/exports",
  tags,
  summary: "Everything that is kept of a person, named in the body",
  request: { body: body(PersonBody, true) },
  responses: { 200: json(PersonExportAnswer, "What is kept"), default: problem },
});

const list = createRoute({
  method: "get",
  path: "/privacy/requests",
  tags,
  summary: "What persons asked for by their rights, newest first",
  request: { query: LimitQuery },
  responses: { 200: json(PrivacyRequestsAnswer, "Without the persons"), default: problem },
});

const one = createRoute({
  method: "get",
  path: "/privacy/requests/{request}",
  tags,
  summary: "One request, its receipt, and what was taken out of sealed files",
  request: { params: PrivacyParam },
  responses: { 200: json(PrivacyRequestAnswer, "The request"), default: problem },
});

/** Rights of persons: erasure, access, objection. */
export function addPrivacyRoutes(app: Api, deps: ApiDeps): void {
  const { sql, lookUp = deps.pseudonym } = deps;
  const people = { sql, pseudonym: lookUp };
  const begin = async (asked: { user: string; who: string; why: string }) => {
    const { request, target, key } = await askErasure(people, asked);
    if (key !== null) await sendNow(deps, [{ key, target }]);
    return { accepted: true as const, request };
  };
  app.openapi(remove, async (c) => {
    const { why } = c.req.valid("query");
    return c.json(await begin({ user: c.req.valid("param").id, who: c.get("who"), why }), 202);
  });
  app.openapi(erase, async (c) => {
    const { user, why } = c.req.valid("json");
    return c.json(await begin({ user, who: c.get("who"), why }), 202);
  });
  app.openapi(object, async (c) => {
    const begun = await askObjection(people, { ...c.req.valid("json"), who: c.get("who") });
    if (begun?.key) await sendNow(deps, [{ key: begun.key, target: begun.target }]);
    return c.json({ accepted: true as const, request: begun?.request ?? null }, 202);
  });
  app.openapi(read, async (c) => {
    const { why } = c.req.valid("query");
    return c.json(await exportPerson(people, { user: c.req.valid("param").id, who: c.get("who"), why }), 200);
  });
  app.openapi(exportByBody, async (c) => {
    const { user, why } = c.req.valid("json");
    return c.json(await exportPerson(people, { user, who: c.get("who"), why }), 200);
  });
  app.openapi(list, async (c) => {
    return c.json({ requests: await listPrivacyRequests(sql, c.req.valid("query")) }, 200);
  });
  app.openapi(one, async (c) => {
    const request = await getPrivacyRequest(sql, c.req.valid("param").request);
    const [redactions, chain] = await Promise.all([redactionsOf(sql, request.id), verifyRedactions(sql)]);
    const signed = request.receipt === null || deps.checkSignature === undefined
      ? null
      : deps.checkSignature(canonicalJson(request.receipt), request.signature);
    return c.json({ ...request, redactions, chain, signed }, 200);
  });
}
