import { createRoute, z } from "@hono/zod-openapi";
import { countQuarantined, listQuarantined } from "../../db/quarantine_list.ts";
import { ingest } from "../../events/ingest.ts";
import { ShopEvent } from "../../events/schema.ts";
import { IngestAnswer, json, problem, QuarantineAnswer } from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { readEvents } from "../event_body.ts";
import { EVENTS_MAX, LimitQuery } from "../messages.ts";

const tags = ["Events"];
const Event = (ShopEvent.clone() as typeof ShopEvent).openapi("ShopEvent");

const send = createRoute({
  method: "post",
  path: "/events",
  tags,
  summary: `Send up to ${EVENTS_MAX} events`,
  description: "A JSON array, one object, or NDJSON; `Content-Encoding: gzip` if packed. " +
    "An answer means that everything in it is committed. The status is 200 whatever became of the single events: " +
    "`results` says for each whether it was accepted, was known already, or went to quarantine, and why. " +
    "Sending the same events again is safe.",
  request: {
    body: {
      required: true,
      content: {
        "application/json": { schema: z.union([z.array(Event).max(EVENTS_MAX), Event]) },
        "application/x-ndjson": { schema: { type: "string" } },
      },
    },
  },
  responses: { 200: json(IngestAnswer, "What became of each event"), default: problem },
});

const quarantine = createRoute({
  method: "get",
  path: "/events/quarantine",
  tags,
  summary: "Events that were put aside, newest first, with reasons",
  request: { query: LimitQuery },
  responses: { 200: json(QuarantineAnswer, "What is in quarantine"), default: problem },
});

/** Events in, and what was put aside. */
export function addEventRoutes(app: Api, deps: ApiDeps): void {
  // Registered by hand: the body is read here, for it may be NDJSON or packed, and one bad event must not refuse the rest.
  app.openAPIRegistry.registerPath(send);
  app.post(send.path, async (c) => c.json(await ingest(deps, await readEvents(c), { source: "api" }), 200));
  app.openapi(quarantine, async (c) => {
    const [events, reasons] = await Promise.all([
      listQuarantined(deps.sql, c.req.valid("query").limit),
      countQuarantined(deps.sql),
    ]);
    return c.json({ reasons, events }, 200);
  });
}
