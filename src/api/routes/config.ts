import { createRoute } from "@hono/zod-openapi";
import { InvalidInputError } from "../../core/errors.ts";
import { writeAudit } from "../../db/audit.ts";
import { configHistory, type ConfigVersion, currentConfig, saveConfig } from "../../db/config_versions.ts";
import { inTransaction } from "../../db/connect.ts";
import { patched } from "../../retraining_config.ts";
import { notifyRetrainers } from "../changes.ts";
import {
  body,
  ConfigChangedAnswer,
  ConfigHistoryAnswer,
  ConfigPatchBody,
  ConfigVersionAnswer,
  json,
  problem,
} from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { type ConfigPatch, LimitQuery } from "../messages.ts";
import { ApiFault } from "../problem.ts";

const tags = ["Configuration"];

const read = createRoute({
  method: "get",
  path: "/retraining/config",
  tags,
  summary: "The configuration in force",
  description: "`ETag` is its version; version 0 are the defaults, before anyone changed one.",
  responses: { 200: json(ConfigVersionAnswer, "The configuration"), default: problem },
});

const patch = createRoute({
  method: "patch",
  path: "/retraining/config",
  tags,
  summary: "Change settings, for every model or for one",
  description:
    "What is left out stays. `why` goes to the audit. With `If-Match` it changes that version only. " +
    "A configuration that cannot be used is refused whole, and the old one stays in force.",
  request: { body: body(ConfigPatchBody, true) },
  responses: { 200: json(ConfigChangedAnswer, "The configuration now in force"), default: problem },
});

const history = createRoute({
  method: "get",
  path: "/retraining/config/history",
  tags,
  summary: "Every configuration that was in force, newest first",
  request: { query: LimitQuery },
  responses: { 200: json(ConfigHistoryAnswer, "The versions"), default: problem },
});

/** The configuration: read, changed, its history. */
export function addConfigRoutes(app: Api, deps: ApiDeps): void {
  app.openapi(read, async (c) => {
    const config = await currentConfig(deps.sql);
    c.header("ETag", etag(config));
    return c.json(config, 200);
  });
  app.openapi(patch, async (c) => {
    const { why, ...changes } = c.req.valid("json");
    const saved = await changeConfig(deps, changes, {
      who: c.get("who"),
      why,
      ifMatch: c.req.header("if-match"),
    });
    c.header("ETag", etag(saved));
    return c.json({ ...saved, notified: await notifyRetrainers(deps, [...deps.models.keys()]) }, 200);
  });
  app.openapi(
    history,
    async (c) => c.json({ versions: await configHistory(deps.sql, c.req.valid("query").limit) }, 200),
  );
}

/** Puts changed settings in force and writes the change down, both or neither. */
async function changeConfig(
  { sql, models }: ApiDeps,
  changes: Omit<ConfigPatch, "why">,
  { who, why, ifMatch }: { who: string; why: string; ifMatch?: string },
): Promise<ConfigVersion> {
  const unknown = Object.keys(changes.models ?? {}).find((name) => !models.has(name));
  if (unknown !== undefined) {
    throw new InvalidInputError(`Cannot configure "${unknown}": there is no such model`, `models.${unknown}`);
  }
  return await inTransaction(sql, async (tx) => {
    const before = await currentConfig(tx);
    if (ifMatch !== undefined && ifMatch !== "*" && ifMatch !== etag(before)) {
      throw new ApiFault(
        "changed-meanwhile",
        `Version ${before.version} is in force, not ${ifMatch}; read it and try again`,
      );
    }
    const config = patched(before.config, changes);
    const saved = await saveConfig(tx, { config, after: before.version, by: who, why });
    await writeAudit(tx, {
      ...{ requestId: crypto.randomUUID(), who, action: "config", target: "config", why },
      before: { version: before.version, config: before.config },
      after: { version: saved.version, config },
    });
    return saved;
  });
}

const etag = ({ version }: { version: number }) => `"${version}"`;
