import { createRoute } from "@hono/zod-openapi";
import { LabelledPolicy } from "../../backtest/backtest.ts";
import { checkTrainings, momentsOf } from "../../backtest/plan.ts";
import { policyNamed } from "../../backtest/policies/mod.ts";
import { checkPolicySpec, labelOf, type PolicySpec } from "../../backtest/policy_spec.ts";
import { ConflictError, InvalidInputError } from "../../core/errors.ts";
import { recordChange } from "../../app/control/outbox.ts";
import { getBacktest, listBacktests, runningBacktests, saveBacktest } from "../../db/backtests/backtests.ts";
import { currentConfig } from "../../db/config/config_versions.ts";
import { currentMoment } from "../../app/as_of.ts";
import { eventSpan } from "../../db/events/day_counts.ts";
import { inTransaction } from "../../db/connect.ts";
import { readBacktest, summaryOf } from "../../app/reports/backtest.ts";
import { chosenModels } from "../changes.ts";
import { type ControlMessage, sendNow } from "../control_messages.ts";
import {
  BacktestAnswer,
  BacktestBegunAnswer,
  BacktestBody,
  BacktestsAnswer,
  body,
  json,
  problem,
} from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { answerOnce } from "../idempotency.ts";
import {
  type BacktestBegun,
  BacktestParam,
  BacktestRequest,
  CancelRequest,
  LimitQuery,
} from "../messages.ts";

const tags = ["Backtests"];

const list = createRoute({
  method: "get",
  path: "/backtests",
  tags,
  summary: "Backtests, newest first",
  request: { query: LimitQuery },
  responses: { 200: json(BacktestsAnswer, "The backtests"), default: problem },
});

const detailRoute = createRoute({
  method: "get",
  path: "/backtests/{backtest}",
  tags,
  summary: "One backtest: how far it is, and what each policy did so far",
  request: { params: BacktestParam },
  responses: { 200: json(BacktestAnswer, "The backtest"), default: problem },
});

const start = createRoute({
  method: "post",
  path: "/backtests",
  tags,
  summary: "Replay history under several policies",
  description:
    "Serving, checks and alerts are not affected. `never` is always included as the baseline. One at a time.",
  request: { body: body(BacktestBody, true) },
  responses: { 202: json(BacktestBegunAnswer, "It begins"), default: problem },
});

const cancel = createRoute({
  method: "post",
  path: "/backtests/{backtest}/cancel",
  tags,
  summary: "Cancel a backtest; results so far are kept",
  request: { params: BacktestParam, body: body(CancelRequest, false) },
  responses: { 202: json(BacktestBegunAnswer, "It ends"), default: problem },
});

/** Backtests: begun, read while they run, cancelled. */
export function addBacktestRoutes(app: Api, deps: ApiDeps): void {
  const { sql, models, explain } = deps;
  app.openapi(list, async (c) => {
    const rows = await listBacktests(sql, c.req.valid("query"));
    return c.json({ backtests: rows.map(summaryOf) }, 200);
  });
  app.openapi(
    detailRoute,
    async (c) =>
      c.json(await readBacktest({ sql, models, open: explain.open }, c.req.valid("param").backtest), 200),
  );
  app.openapi(start, async (c) => {
    const request = BacktestRequest.parse(c.req.valid("json"));
    const answer = await answerOnce(
      c,
      sql,
      { body: request, status: 202 },
      (requestId) => begin(deps, { ...request, requestId, by: c.get("who") }),
    );
    return c.json(answer, 202);
  });
  app.openapi(cancel, async (c) => {
    const { backtest: id } = c.req.valid("param");
    const { why } = CancelRequest.parse(c.req.valid("json"));
    const answer = await answerOnce(
      c,
      sql,
      { body: { why }, status: 202 },
      (requestId) => end(deps, { id, requestId, why, by: c.get("who") }),
    );
    return c.json(answer, 202);
  });
}

const begun = (id: string): BacktestBegun => ({
  accepted: true,
  backtest: id,
  backtestUrl: `/backtests/${id}`,
});

/** The time of the events; where the clock is pinned, up to there: what lies behind it counts nowhere. */
async function knownSpan({ sql, clock }: ApiDeps): ReturnType<typeof eventSpan> {
  const span = await eventSpan(sql);
  const moment = await currentMoment(sql, clock);
  if (!span || moment.clock === "wall") return span;
  return { firstMs: span.firstMs, lastMs: Math.min(span.lastMs, moment.asOfMs) };
}

type Asked = ReturnType<typeof BacktestRequest.parse> & { requestId: string; by: string };

/** Refuses what the data cannot carry, writes the rest down, and has it begun. */
async function begin(deps: ApiDeps, request: Asked): Promise<BacktestBegun> {
  const { sql } = deps;
  const [running] = await runningBacktests(sql);
  if (running) throw new ConflictError(`Cannot begin a backtest: ${running} runs; wait for it or cancel it`);
  const { config } = await currentConfig(sql);
  const policies = labelled(request.policies);
  for (const policy of policies) checkPolicySpec(policy, config);
  const models = request.models
    ? [...new Set(request.models.flatMap((m) => chosenModels(deps, m)))]
    : chosenModels(deps);
  const { from, to, step_days: stepDays, by, why, requestId } = request;
  const moments = momentsOf(config, { models, span: await knownSpan(deps), from, to, stepDays });
  checkTrainings(policies.map(({ policy }) => policyNamed(policy)), moments);
  const id = crypto.randomUUID().slice(0, 8);
  const after = { models, policies: policies.map(({ label }) => label), moments: moments.moments.length };
  const audit = { requestId, who: by, action: "backtest", target: id, why, after };
  const message: ControlMessage = { action: "start backtest", backtest: id };
  await inTransaction(sql, async (tx) => {
    await saveBacktest(tx, { id, models, policies, ...moments, config, by, why });
    await recordChange(tx, { audit, target: `backtest/${id}`, message });
  });
  await sendNow(deps, [{ key: requestId, target: `backtest/${id}` }]);
  return begun(id);
}

/** With their names; what all are compared with comes first. @throws {InvalidInputError} one is asked for twice */
function labelled(specs: readonly PolicySpec[]): LabelledPolicy[] {
  const all = specs.some(({ policy }) => policy === "never")
    ? [...specs]
    : [{ policy: "never" as const, config: {} }, ...specs];
  const policies = all.map((spec) => ({ ...spec, label: labelOf(spec) }));
  const twice = policies.find(({ label }, i) => policies.findIndex((p) => p.label === label) < i);
  if (twice) throw new InvalidInputError(`Cannot replay the policy "${twice.label}" twice`, "policies");
  return policies;
}

async function end(
  deps: ApiDeps,
  { id, requestId, why, by: who }: { id: string; requestId: string; why: string; by: string },
): Promise<BacktestBegun> {
  const { sql } = deps;
  await getBacktest(sql, id);
  if (!(await runningBacktests(sql)).includes(id)) {
    throw new ConflictError(`Cannot cancel backtest ${id}: it has ended`);
  }
  const audit = { requestId, who, action: "cancel backtest", target: id, why };
  const message: ControlMessage = { action: "cancel backtest", backtest: id };
  await inTransaction(sql, (tx) => recordChange(tx, { audit, target: `backtest/${id}`, message }));
  await sendNow(deps, [{ key: requestId, target: `backtest/${id}` }]);
  return begun(id);
}
