import { createRoute } from "@hono/zod-openapi";
import { ConflictError } from "../../core/errors.ts";
import { type Approval, decideApproval, listApprovals } from "../../db/rollouts/approvals.ts";
import { writeAudit } from "../../db/access/audit.ts";
import { inTransaction } from "../../db/connect.ts";
import { chosenModels, notifyIfReachable } from "../changes.ts";
import { ApprovalAnswer, ApprovalsAnswer, body, json, problem } from "../components.ts";
import type { Api, ApiDeps } from "../deps.ts";
import { answerOnce } from "../idempotency.ts";
import { ApprovalsQuery, DecideRequest, NameParam } from "../messages.ts";

const tags = ["Approvals"];

const list = createRoute({
  method: "get",
  path: "/approvals",
  tags,
  summary: "Validated versions waiting for approval",
  request: { query: ApprovalsQuery },
  responses: { 200: json(ApprovalsAnswer, "Open ones; all with `open=false`"), default: problem },
});

const decision = (word: "approve" | "reject", summary: string) =>
  createRoute({
    method: "post",
    path: `/models/{name}/${word}`,
    tags,
    summary,
    description: "It is written down at once, whether or not Temporal answers. The first decision stands.",
    request: { params: NameParam, body: body(DecideRequest, false) },
    responses: { 200: json(ApprovalAnswer, "What was decided"), default: problem },
  });

const DECISIONS = [
  [decision("approve", "Let the version that waits go on"), "approved"],
  [decision("reject", "Set the version that waits aside"), "rejected"],
] as const;

/** A person's word on validated versions. */
export function addApprovalRoutes(app: Api, deps: ApiDeps): void {
  const { sql } = deps;
  app.openapi(list, async (c) => {
    const { open, ...filter } = c.req.valid("query");
    if (filter.model !== undefined) chosenModels(deps, filter.model);
    return c.json({ approvals: await listApprovals(sql, { open: open === "true", ...filter }) }, 200);
  });
  for (const [route, decided] of DECISIONS) {
    app.openapi(route, async (c) => {
      const [model] = chosenModels(deps, c.req.valid("param").name);
      const request = DecideRequest.parse(c.req.valid("json"));
      const answer = await answerOnce(
        c,
        sql,
        { body: request, status: 200 },
        (requestId) => decide(deps, { ...request, model, requestId, by: c.get("who"), decision: decided }),
      );
      return c.json(answer, 200);
    });
  }
}

interface Decision {
  model: string;
  version?: number;
  requestId: string;
  by: string;
  why: string;
  decision: "approved" | "rejected";
}

async function decide(
  deps: ApiDeps,
  { model, version, requestId, by, why, decision }: Decision,
): Promise<Approval> {
  const { sql, clock, control } = deps;
  const waiting = (await listApprovals(sql, { model })).find((a) => Date.parse(a.expiresAt) > clock());
  if (!waiting) throw new ConflictError(`Nothing to decide: no version of "${model}" waits for approval`);
  if (version !== undefined && version !== waiting.version) {
    throw new ConflictError(
      `Cannot decide about version ${version} of "${model}": version ${waiting.version} waits`,
    );
  }
  const { cycleId } = waiting;
  const decided = await inTransaction(sql, async (tx) => {
    const after = { cycleId, version: waiting.version };
    const approval = await decideApproval(tx, { cycleId, decision, by, why });
    await writeAudit(tx, {
      requestId,
      who: by,
      action: decision === "approved" ? "approve" : "reject",
      target: model,
      why,
      after,
    });
    return approval;
  });
  if (decided.decision !== decision) {
    throw new ConflictError(`It was ${decided.decision} by ${decided.decidedBy} already`);
  }
  await notifyIfReachable(deps, `the cycle ${cycleId}`, () => control.decided(cycleId));
  return decided;
}
