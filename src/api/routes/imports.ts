import { createRoute } from "@hono/zod-openapi";
import { undoneImport } from "../../app/events/undo_import.ts";
import { importRows } from "../../db/events/imports.ts";
import { body, ImportsAnswer, ImportUndoneAnswer, json, problem } from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { answerOnce } from "../idempotency.ts";
import { ImportParam, UndoImportRequest } from "../messages.ts";

const tags = ["Events"];

const list = createRoute({
  method: "get",
  path: "/imports",
  tags,
  summary: "Files that were imported, newest first",
  responses: { 200: json(ImportsAnswer, "The imports, with what became of their lines"), default: problem },
});

const undo = createRoute({
  method: "post",
  path: "/imports/{import}/undo",
  tags,
  summary: "Undo an import: remove its events and everything counted from them",
  description: "An import that was undone before is refused. While it runs nobody can send events.",
  request: { params: ImportParam, body: body(UndoImportRequest, true) },
  responses: { 200: json(ImportUndoneAnswer, "What was taken out"), default: problem },
});

/** Imports: listed, and taken out again. */
export function addImportRoutes(app: Api, { sql }: ApiDeps): void {
  app.openapi(list, async (c) => c.json({ imports: await importRows(sql) }, 200));
  app.openapi(undo, async (c) => {
    const { import: id } = c.req.valid("param");
    const request = c.req.valid("json");
    const answer = await answerOnce(
      c,
      sql,
      { body: request, status: 200 },
      (requestId) => undoneImport(sql, id, { who: c.get("who"), why: request.why, requestId }),
    );
    return c.json(answer, 200);
  });
}
