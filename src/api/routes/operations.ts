import { createRoute, z } from "@hono/zod-openapi";
import type { DatabaseState } from "../../app/database_watch.ts";
import { pageOfAudit } from "../../db/access/audit.ts";
import { isReadOnly } from "../../db/settings.ts";
import { temporalAnswers } from "../reaching.ts";
import { ConflictError } from "../../core/errors.ts";
import { AuditAnswer, AuditVerificationAnswer, ExtensionsAnswer, json, problem } from "../components.ts";
import { withDeadline } from "../../core/deadline.ts";
import type { Api, ApiDeps, CountingDeps } from "../deps.ts";
import { Alive, AuditQuery, Ready } from "../messages.ts";
import { ApiFault } from "../problem.ts";
import { createScrape } from "../scrape.ts";

const tags = ["Operations"];
const LOOK_WITHIN_MS = 3_000;

const audit = createRoute({
  method: "get",
  path: "/audit",
  tags,
  summary: "Changes that people made, newest first",
  request: { query: AuditQuery },
  responses: { 200: json(AuditAnswer, "Who, when, what, before, after, why"), default: problem },
});

const verification = createRoute({
  method: "get",
  path: "/audit/verification",
  tags,
  summary: "Whether the audit is as it was written: every link computed again, every checkpoint compared",
  description: "Names the first broken link. Reads the whole audit: some 100,000 rows a second.",
  responses: { 200: json(AuditVerificationAnswer, "What was found"), default: problem },
});

const alive = createRoute({
  method: "get",
  path: "/healthz",
  tags,
  summary: "Whether this process is alive",
  responses: { 200: json(Alive, "It is"), default: problem },
});

const ready = createRoute({
  method: "get",
  path: "/readyz",
  tags,
  summary: "Whether Postgres and Temporal can be reached",
  responses: { 200: json(Ready, "Both answer"), default: problem },
});

const extensions = createRoute({
  method: "get",
  path: "/extensions",
  tags,
  summary: "The operator's own files: what each adds and may do, and which were left out",
  responses: {
    200: json(ExtensionsAnswer, "As they were found at the start of this process"),
    default: problem,
  },
});

const metrics = createRoute({
  method: "get",
  path: "/metrics",
  tags,
  summary: "What this process counts, and how the installation does, for Prometheus",
  description: "Answers also while Postgres or Temporal do not: `perennial_postgres_up` says so then.",
  responses: {
    200: { content: { "text/plain": { schema: z.string() } }, description: "In Prometheus' text format" },
    default: problem,
  },
});

/** The audit, and whether the service is alive and ready. */
export function addOperationRoutes(app: Api, deps: CountingDeps): void {
  const scrape = createScrape(deps);
  app.openapi(metrics, async (c) => {
    const { body, type } = await scrape();
    return c.text(body, 200, { "Content-Type": type });
  });
  app.openapi(
    audit,
    async (c) => c.json(await pageOfAudit(deps.sql, c.req.valid("query")), 200),
  );
  app.openapi(extensions, (c) => c.json({ extensions: [...deps.extensions ?? []] }, 200));
  app.openapi(verification, async (c) => {
    if (!deps.verifyAudit) {
      throw new ConflictError("Cannot verify the audit: this process has no signing key");
    }
    return c.json(await deps.verifyAudit(), 200);
  });
  app.openapi(alive, (c) => c.json({ alive: true } as const, 200));
  app.openapi(ready, async (c) => {
    const [postgres, temporal] = await Promise.all([postgresState(deps), temporalAnswers(deps.control)]);
    const down = [...postgres === "down" ? ["Postgres"] : [], ...temporal ? [] : ["Temporal"]];
    if (down.length > 0) throw new ApiFault("unavailable", `${down.join(" and ")} cannot be reached`);
    if (postgres === "read only") {
      throw new ApiFault("unavailable", "Postgres takes no changes: it is read-only");
    }
    return c.json({ ready: true, postgres: "ok", temporal: "ok" } as const, 200);
  });
}

/** Whether Postgres answers a small query within a few seconds, and takes changes. */
async function postgresState({ sql, database }: ApiDeps): Promise<DatabaseState> {
  if (database) return await database.check();
  try {
    const readOnly = await withDeadline(isReadOnly(sql), LOOK_WITHIN_MS, () => new Error("no answer"));
    return readOnly ? "read only" : "ok";
  } catch {
    return "down"; // however it fails, it cannot be used
  }
}
