import { createRoute, z } from "@hono/zod-openapi";
import { writeAudit } from "../../db/access/audit.ts";
import { listQuarantined, quarantineReasons } from "../../db/events/quarantine.ts";
import type { Tracker } from "../../events/tracked.ts";
import { invalidInput } from "../invalid.ts";
import { latestEventMs } from "../../app/as_of.ts";
import { ingest, ingestTracked } from "../../app/events/ingest.ts";
import { reprocessQuarantine, type ReprocessResult } from "../../app/events/reprocess.ts";
import { ShopEvent } from "../../events/schema.ts";
import {
  body,
  IngestAnswer,
  json,
  problem,
  QuarantineAnswer,
  ReplayBody,
  ReplayDone,
} from "../components.ts";
import type { Api, ApiDeps, CountingDeps } from "../deps.ts";
import { readEvents } from "../event_body.ts";
import { DEPTH_MAX } from "../guards.ts";
import { answerOnce } from "../idempotency.ts";
import { EVENTS_MAX, EventsQuery, QuarantineQuery, type ReplayRequest } from "../messages.ts";

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
    "Sending the same events again is safe. With `preset`, what a tracker or a shop posts is taken as it is: each line of " +
    "an order is an event, `index` counts these, and a signature of the sender's stands for a key where its secret is known.",
  request: {
    query: EventsQuery,
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
  summary: "Quarantined events, newest first, with reasons",
  request: { query: QuarantineQuery },
  responses: { 200: json(QuarantineAnswer, "What is in quarantine"), default: problem },
});

const replay = createRoute({
  method: "post",
  path: "/events/quarantine/replay",
  tags,
  summary: "Retry quarantined events",
  description:
    "Once the cause is fixed: an event from a clock that ran ahead, a value that a newer version takes. What passes " +
    "goes in as if it had been sent now, and leaves the quarantine; what fails stays, with its newest reason. An event " +
    "of which not all was kept has to be sent again. In one transaction, with its audit entry; repeated, it finds what " +
    "is left.",
  request: { body: body(ReplayBody, true) },
  responses: { 200: json(ReplayDone, "What became of them"), default: problem },
});

/** Events in, and what was put aside. */
export function addEventRoutes(app: Api, deps: CountingDeps): void {
  // Registered by hand: the body is read here, for it may be NDJSON or packed, and one bad event must not refuse the rest.
  app.openAPIRegistry.registerPath(send);
  app.post(send.path, async (c) => {
    const query = EventsQuery.safeParse(c.req.query());
    if (!query.success) throw invalidInput(query.error);
    const { preset } = query.data;
    deps.quotas?.events.enter();
    await deps.quotas?.stored();
    const events = await readEvents(c, { depthMax: preset && DEPTH_MAX });
    deps.quotas?.events.take(events.length);
    const result = preset === undefined
      ? await ingest(deps, events, { source: "api" })
      : await ingestTracked(deps, ordersOnly(preset, c.req.raw.headers, events), {
        tracker: preset,
        rowsMax: EVENTS_MAX,
      });
    const { accepted, duplicates, quarantined } = result;
    for (const [kind, n] of Object.entries({ accepted, duplicates, quarantined })) {
      deps.instruments.events.inc({ result: kind }, n);
    }
    return c.json(result, 200);
  });
  app.openapi(quarantine, async (c) => {
    const { limit, reason } = c.req.valid("query");
    const [events, reasons] = await Promise.all([
      listQuarantined(deps.sql, limit, { reason }),
      quarantineReasons(deps.sql),
    ]);
    return c.json({ reasons, events }, 200);
  });
  app.openapi(replay, async (c) => {
    const request = c.req.valid("json");
    const by = c.get("who");
    return c.json(
      await answerOnce(
        c,
        deps.sql,
        { body: request, status: 200 },
        (requestId) => reprocessed(deps, { ...request, by, requestId }),
      ),
      200,
    );
  });
}

/** Topics of shops' webhooks that hold whole new orders. Of others nothing is taken: an edited order would count twice. */
const ORDER_TOPICS = {
  shopify: { header: "x-shopify-topic", topics: ["orders/create", "orders/paid"] },
  woocommerce: { header: "x-wc-webhook-topic", topics: ["order.created", "order.updated"] },
} as const;

function ordersOnly(tracker: Tracker, headers: Headers, events: unknown[]): unknown[] {
  if (tracker !== "shopify" && tracker !== "woocommerce") return events;
  const { header, topics } = ORDER_TOPICS[tracker];
  const topic = headers.get(header);
  return topic === null || topics.some((known) => known === topic) ? events : [];
}

/** Tries them again and writes that down, both or neither. */
async function reprocessed(
  { sql, clock, pseudonym }: ApiDeps,
  { why, by, requestId, reason, ids, after = 0, limit = EVENTS_MAX }: ReplayRequest & {
    by: string;
    requestId: string;
  },
): Promise<ReprocessResult> {
  const target = reason ?? `${ids!.length} events by id`;
  const nowMs = await latestEventMs(sql, clock);
  return await reprocessQuarantine({ sql, nowMs, pseudonym }, {
    reason,
    ids,
    after,
    limit,
  }, {
    tell: (tx, { reasons: _reasons, ...done }) =>
      writeAudit(tx, { requestId, who: by, action: "replay quarantine", target, why, after: done }),
  });
}
