import type { Context } from "hono";
import { createRoute } from "@hono/zod-openapi";
import { InvalidInputError } from "../../core/errors.ts";
import { writeAudit } from "../../db/access/audit.ts";
import {
  configHistory,
  type ConfigVersion,
  currentConfig,
  saveConfig,
} from "../../db/config/config_versions.ts";
import { inTransaction } from "../../db/connect.ts";
import { readWhatIf } from "../../app/reports/what_if.ts";
import { patched, type RetrainingConfig } from "../../config/retraining.ts";
import { notifyRetrainers } from "../changes.ts";
import {
  body,
  ConfigChangedAnswer,
  ConfigHistoryAnswer,
  ConfigPatchBody,
  ConfigPutBody,
  ConfigVersionAnswer,
  json,
  problem,
  TryBody,
  WhatIfAnswer,
} from "../components.ts";
import type { Api, ApiDeps, AppEnv } from "../deps.ts";
import { answerOnce } from "../idempotency.ts";
import { LimitQuery } from "../messages.ts";
import { ApiFault } from "../problem.ts";

const tags = ["Configuration"];

const readRoute = createRoute({
  method: "get",
  path: "/retraining/config",
  tags,
  summary: "The active configuration",
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
    "A configuration that cannot be used is refused whole, and the old one stays active.",
  request: { body: body(ConfigPatchBody, true) },
  responses: { 200: json(ConfigChangedAnswer, "The configuration that is now active"), default: problem },
});

const put = createRoute({
  method: "put",
  path: "/retraining/config",
  tags,
  summary: "Activate a whole configuration",
  description:
    "What is left out has its default, so it also takes settings of one model back, and goes back to " +
    "an earlier version. `why` goes to the audit. With `If-Match` it changes that version only.",
  request: { body: body(ConfigPutBody, true) },
  responses: { 200: json(ConfigChangedAnswer, "The configuration that is now active"), default: problem },
});

const tried = createRoute({
  method: "post",
  path: "/retraining/config/try",
  tags,
  summary: "Try a configuration on history; it changes nothing",
  description:
    "Decides every stored check and verdict of the last days again from its stored evidence, as the " +
    "configuration would have it, beside the original results. It trains nothing: `notes` list the limitations.",
  request: { body: body(TryBody, true) },
  responses: { 200: json(WhatIfAnswer, "What was answered, and what would be"), default: problem },
});

const history = createRoute({
  method: "get",
  path: "/retraining/config/history",
  tags,
  summary: "Every configuration version, newest first",
  request: { query: LimitQuery },
  responses: { 200: json(ConfigHistoryAnswer, "The versions"), default: problem },
});

/** The configuration: read, changed, its history. */
export function addConfigRoutes(app: Api, deps: ApiDeps): void {
  app.openapi(readRoute, async (c) => {
    const config = await currentConfig(deps.sql);
    c.header("ETag", etag(config));
    return c.json(config, 200);
  });
  const change = async (
    c: Context<AppEnv>,
    why: string,
    wanted: (current: RetrainingConfig) => RetrainingConfig,
  ) => {
    const request = { who: c.get("who"), why, ifMatch: c.req.header("if-match") };
    const saved = await changeConfig(deps, wanted, request);
    c.header("ETag", etag(saved));
    return { ...saved, notified: await notifyRetrainers(deps, [...deps.models.keys()]) };
  };
  app.openapi(patch, async (c) => {
    const { why, ...changes } = c.req.valid("json");
    known(deps, changes.models);
    return c.json(await change(c, why, (current) => patched(current, changes)), 200);
  });
  app.openapi(put, async (c) => {
    const body = c.req.valid("json");
    const { why, config } = body;
    known(deps, config.models);
    return c.json(
      await answerOnce(c, deps.sql, { body, status: 200 }, () => change(c, why, () => config)),
      200,
    );
  });
  app.openapi(tried, async (c) => {
    const { changes, config, days } = c.req.valid("json");
    known(deps, changes?.models ?? config?.models);
    const wanted = config ?? patched((await currentConfig(deps.sql)).config, changes!);
    return c.json(await readWhatIf(deps, { wanted, days }), 200);
  });
  app.openapi(
    history,
    async (c) => c.json({ versions: await configHistory(deps.sql, c.req.valid("query").limit) }, 200),
  );
}

/** @throws {InvalidInputError} settings are for a model that does not exist */
function known({ models }: Pick<ApiDeps, "models">, named: Readonly<Record<string, unknown>> = {}): void {
  const unknown = Object.keys(named).find((name) => !models.has(name));
  if (unknown !== undefined) {
    throw new InvalidInputError(`Cannot configure "${unknown}": there is no such model`, `models.${unknown}`);
  }
}

/** Puts a configuration in force and writes the change down, both or neither. */
async function changeConfig(
  { sql }: ApiDeps,
  wanted: (current: RetrainingConfig) => RetrainingConfig,
  { who, why, ifMatch }: { who: string; why: string; ifMatch?: string },
): Promise<ConfigVersion> {
  return await inTransaction(sql, async (tx) => {
    const before = await currentConfig(tx);
    if (ifMatch !== undefined && ifMatch !== "*" && ifMatch !== etag(before)) {
      throw new ApiFault(
        "changed-meanwhile",
        `Version ${before.version} is active, not ${ifMatch}; read it and try again`,
      );
    }
    const config = wanted(before.config);
    const saved = await saveConfig(tx, { config, after: before.version, by: who, why });
    await writeAudit(tx, {
      requestId: crypto.randomUUID(),
      who,
      action: "config",
      target: "config",
      why,
      before: { version: before.version, config: before.config },
      after: { version: saved.version, config },
    });
    return saved;
  });
}

const etag = ({ version }: { version: number }) => `"${version}"`;
