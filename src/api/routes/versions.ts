import { createRoute } from "@hono/zod-openapi";
import type { AccessLog } from "../../app/security/access_log.ts";
import { readModelCard } from "../../app/reports/model_card.ts";
import { noteVersion } from "../../app/registry/version_notes.ts";
import { ConflictError } from "../../core/errors.ts";
import { getVersion } from "../../db/models/versions.ts";
import { htmlOf, markdownOf } from "../../format/document.ts";
import { chosenModels } from "../changes.ts";
import { body, json, NoteRequestBody, problem, VersionNoteAnswer } from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { answerOnce } from "../idempotency.ts";
import { CardQuery, VersionParam } from "../messages.ts";
import { addressOf } from "../remote_address.ts";

const tags = ["Models"];

const note = createRoute({
  method: "put",
  path: "/models/{name}/versions/{version}/note",
  tags,
  summary: "Write a note and tags to a version",
  description:
    "What is left out stays. Both states go into the audit. An `Idempotency-Key` makes it count once.",
  request: { params: VersionParam, body: body(NoteRequestBody, true) },
  responses: { 200: json(VersionNoteAnswer, "What stands there now"), default: problem },
});

const text = (type: string) => ({ [type]: { schema: { type: "string" as const } } });

const card = createRoute({
  method: "get",
  path: "/models/{name}/versions/{version}/card",
  tags,
  summary: "The model card: purpose, data, metrics with intervals, segments, lineage, limits",
  description: "HTML with `?format=html` or `Accept: text/html`, else Markdown.",
  request: { params: VersionParam, query: CardQuery },
  responses: {
    200: { description: "The card", content: { ...text("text/markdown"), ...text("text/html") } },
    default: problem,
  },
});

const artefact = createRoute({
  method: "get",
  path: "/models/{name}/versions/{version}/artefact",
  tags,
  summary: "The file that a version serves with",
  description:
    "Its sha256 is the version's `artefactSha256`. A bounded key needs the scope `artefacts:read`. Each download stands " +
    "in the audit, once an hour.",
  request: { params: VersionParam },
  responses: {
    200: {
      description: "The bytes",
      content: { "application/octet-stream": { schema: { type: "string" as const, format: "binary" } } },
    },
    default: problem,
  },
});

/** One version: what people wrote to it, its card, and its file. */
export function addVersionRoutes(app: Api, deps: ApiDeps, accesses: AccessLog): void {
  const { sql } = deps;
  app.openapi(note, async (c) => {
    const { name, version } = c.req.valid("param");
    const [model] = chosenModels(deps, name);
    const asked = c.req.valid("json");
    const written = await answerOnce(
      c,
      sql,
      { body: asked, status: 200 },
      (requestId) => noteVersion(sql, { model, version, ...asked, requestId, by: c.get("who") }),
    );
    return c.json(written, 200);
  });
  app.openapi(card, async (c) => {
    const { name, version } = c.req.valid("param");
    const [model] = chosenModels(deps, name);
    const shown = await readModelCard(deps, model, version);
    const { format = wanted(c.req.header("accept")) } = c.req.valid("query");
    return format === "html"
      ? c.body(htmlOf(shown), 200, cardHeaders(`${model}-v${version}`, "html"))
      : c.body(markdownOf(shown), 200, cardHeaders(`${model}-v${version}`, "md"));
  });
  app.openapi(artefact, async (c) => {
    const { name, version: number } = c.req.valid("param");
    const [model] = chosenModels(deps, name);
    const version = await getVersion(sql, model, number);
    if (version.artefactRemovedAt !== null || !deps.artefacts) {
      throw new ConflictError(`Cannot send the file of version ${number} of "${model}": it is not kept here`);
    }
    const bytes = await deps.artefacts.get(version.artefactSha256);
    const target = `artefact of ${model} v${number}`;
    accesses.note({ kind: "export", who: c.get("who"), target, address: addressOf(c.req.raw) });
    return c.body(bytes as Uint8Array<ArrayBuffer>, 200, {
      "Content-Type": "application/octet-stream",
      "Content-Disposition": `attachment; filename="${model}-v${number}.artefact"`,
      "X-Content-Type-Options": "nosniff",
    });
  });
}

const wanted = (accept = ""): "html" | "markdown" => accept.includes("text/html") ? "html" : "markdown";

/** A card runs nothing: its page may load and execute nothing but its own style. */
const cardHeaders = (name: string, ending: "html" | "md") => ({
  "Content-Type": `text/${ending === "html" ? "html" : "markdown"}; charset=utf-8`,
  "Content-Disposition": `inline; filename="${name}.${ending}"`,
  "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
});
