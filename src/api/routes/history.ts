import { addressOf } from "../remote_address.ts";
import type { AccessLog } from "../../app/security/access_log.ts";
import { createRoute, z } from "@hono/zod-openapi";
import { getCheck, pageOfChecks } from "../../db/cycles/checks.ts";
import { getCycle, listCycles } from "../../db/cycles/cycles.ts";
import { getObservations } from "../../db/monitoring/observations.ts";
import { historyCsv } from "../../app/export/csv.ts";
import { explain } from "../../retraining/explain.ts";
import { historyEntry } from "../../app/export/rows.ts";
import { historyParquet } from "../../app/export/parquet.ts";
import { routerPath } from "../access.ts";
import { chosenModels } from "../changes.ts";
import {
  CheckAnswer,
  ChecksAnswer,
  CycleAnswer,
  ExplanationAnswer,
  HistoryAnswer,
  json,
  problem,
} from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { CheckDetail, CheckParam, ChecksQuery, CycleParam, History, HistoryQuery } from "../messages.ts";

const tags = ["History"];

const PARQUET = "application/vnd.apache.parquet";

const schema = createRoute({
  method: "get",
  path: "/retraining/history/schema",
  tags,
  summary: "JSON Schema (2020-12) of the history as JSON",
  responses: { 200: { description: "The schema", content: { "application/schema+json": { schema: {} } } } },
});

const history = createRoute({
  method: "get",
  path: "/retraining/history",
  tags,
  summary:
    "Retraining cycles by filter and sort, newest first unless told otherwise, as JSON, CSV or Parquet",
  description:
    "CSV with `?format=csv` or `Accept: text/csv`, Parquet with `?format=parquet` or its media type; the JSON " +
    "follows `GET /retraining/history/schema`.",
  request: { query: HistoryQuery },
  responses: {
    200: {
      description: "A page of cycles",
      content: {
        ...json(HistoryAnswer, "").content,
        "text/csv": { schema: { type: "string" } },
        [PARQUET]: { schema: { type: "string", format: "binary" } },
      },
    },
    default: problem,
  },
});

const checks = createRoute({
  method: "get",
  path: "/retraining/checks",
  tags,
  summary: "Every answer of the trigger, with its reasons, newest first",
  request: { query: ChecksQuery },
  responses: { 200: json(ChecksAnswer, "The checks"), default: problem },
});

const check = createRoute({
  method: "get",
  path: "/retraining/checks/{check}",
  tags,
  summary: "One check, with all that it decided on",
  request: { params: CheckParam },
  responses: { 200: json(CheckAnswer, "The check"), default: problem },
});

const explanation = createRoute({
  method: "get",
  path: "/retraining/checks/{check}/explain",
  tags,
  summary: "Compute a check again from its stored evidence, and say whether it comes out the same",
  description:
    "The decision from its findings, and each evaluation it rested on from its sealed evidence. Takes seconds.",
  request: { params: CheckParam },
  responses: { 200: json(ExplanationAnswer, "What came out the same, and what did not"), default: problem },
});

const cycle = createRoute({
  method: "get",
  path: "/retraining/cycles/{id}",
  tags,
  summary: "One cycle, with all its evidence",
  request: { params: CycleParam },
  responses: { 200: json(CycleAnswer, "The cycle"), default: problem },
});

/** The past: cycles and checks. */
export function addHistoryRoutes(app: Api, deps: ApiDeps, accesses: AccessLog): void {
  const { sql } = deps;
  app.openapi(history, async (c) => {
    const { limit, offset, format, ...which } = c.req.valid("query");
    if (which.model !== undefined) chosenModels(deps, which.model);
    const cycles = await listCycles(sql, { ...which, limit: limit + 1, offset }); // one more tells of a next page
    const page = cycles.slice(0, limit).map(historyEntry);
    const next = cycles.length > limit ? offset + limit : null;
    if (next !== null) c.header("X-Next-Offset", String(next));
    const wanted = format ?? preferred(c.req.header("accept"));
    if (wanted !== "json") {
      accesses.note({
        kind: "export",
        who: c.get("who"),
        target: `history as ${wanted}`,
        address: addressOf(c.req.raw),
      });
    }
    if (wanted === "csv") return c.body(historyCsv(page), 200, fileHeaders("text/csv; charset=utf-8", "csv"));
    if (wanted === "parquet") return c.body(historyParquet(page), 200, fileHeaders(PARQUET, "parquet"));
    return c.json({ cycles: page, next }, 200);
  });
  app.openAPIRegistry.registerPath(schema);
  // "input": as JSON says it, where an interval without an end has null
  app.get(
    schema.path,
    (c) =>
      c.body(JSON.stringify(z.toJSONSchema(History, { io: "input" })), 200, {
        "Content-Type": "application/schema+json",
      }),
  );
  app.openapi(checks, async (c) => {
    const query = c.req.valid("query");
    if (query.model !== undefined) chosenModels(deps, query.model);
    return c.json(await pageOfChecks(sql, query), 200);
  });
  app.openapi(check, async (c) => {
    const stored = await getCheck(sql, c.req.valid("param").check);
    const looks = await getObservations(sql, stored.observations);
    const rows = looks.map((look) => ({ ...look, text: look.report.text }));
    return c.json(CheckDetail.parse({ ...stored, looks: rows }), 200);
  });
  app.openapi(explanation, async (c) => {
    const stored = await getCheck(sql, c.req.valid("param").check);
    return c.json(await explain(stored, await getObservations(sql, stored.observations), deps.explain), 200);
  });
  // Registered by hand: a cycle's id holds slashes, which the OpenAPI path cannot say.
  app.openAPIRegistry.registerPath(cycle);
  app.get(routerPath(cycle.path), async (c) => c.json(await getCycle(sql, c.req.param("id") ?? ""), 200));
}

const fileHeaders = (type: string, ending: string) => ({
  "Content-Type": type,
  "Content-Disposition": `attachment; filename="retraining-history.${ending}"`,
});

/** The format whose media type is named first; nothing that we know: JSON. */
function preferred(accept = ""): "json" | "csv" | "parquet" {
  const named = [["json", "application/json"], ["csv", "text/csv"], ["parquet", PARQUET]] as const;
  const accepted = named.map(([format, type]) => ({ format, at: accept.indexOf(type) })).filter(({ at }) =>
    at >= 0
  );
  return accepted.sort((a, b) => a.at - b.at)[0]?.format ?? "json";
}
