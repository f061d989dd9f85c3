/** An installation with its dashboard, in which a version waits for approval. */
import { dashboardPages } from "../../src/dashboard/mount.ts";
import type { DashboardDeps } from "../../src/dashboard/deps.ts";
import type { ApiDeps } from "../../src/api/deps.ts";
import { askApproval } from "../../src/db/rollouts/approvals.ts";
import type { Database } from "../../src/db/connect.ts";
import { moveServing } from "../../src/db/models/serving.ts";
import { applyDecision, beginRollout } from "../../src/app/registry/rollout_moves.ts";
import { decideRollout } from "../../src/rollout/decide.ts";
import { addVersions, AS_OF, deployment } from "../db/models_support.ts";
import { arm, evidenceOf, pair, planOf } from "../rollout/support.ts";
import { NOW, type Served, withApp } from "../api/support.ts";

export const CYCLE = "retrainer/churn/cycle/3";
export const ROLLOUT = "rollout/churn/v4";

/** Runs `test` where version 2 of churn serves, 1 served before, 3 waits for approval and 4 is kept. */
export const withDesk = (
  test: (served: Served) => Promise<void>,
  changed: Partial<ApiDeps> = {},
  pages: Partial<DashboardDeps> = {},
): Promise<void> =>
  withApp(
    async (served) => {
      await prepare(served.sql);
      await test(served);
    },
    changed,
    (deps) => dashboardPages({ ...deps, ...pages }),
  );

async function prepare(sql: Database): Promise<void> {
  await addVersions(sql, 4);
  await moveServing(sql, deployment(1, null));
  await moveServing(sql, deployment(2, 1));
  const expiresAt = new Date(Date.parse(NOW) + 86_400_000).toISOString();
  await askApproval(sql, { cycleId: CYCLE, model: "churn", version: 3, text: "May it serve?", expiresAt });
}

/** Version 4 is rolled out beside version 2, and was looked at once. */
export async function rollOut(sql: Database): Promise<void> {
  const plan = planOf({ champion: 2, challengers: [4] });
  const shares = [{ version: 4, share: 0.05 }];
  const rollout = await beginRollout(sql, {
    id: ROLLOUT,
    model: "churn",
    cycleId: "retrainer/churn/cycle/4",
    champion: 2,
    challengers: [4],
    plan,
    shares,
    asOf: AS_OF,
    replayed: false,
    beganBy: "a cycle",
    why: "better",
  });
  const evidence = evidenceOf({
    asOf: AS_OF,
    champion: { version: 2 },
    arms: [arm(4, { shoppers: 250 })],
    pairs: [pair(4)],
  });
  const decision = decideRollout(plan, rollout, evidence);
  await applyDecision(sql, { rollout, key: "look 1", evidence, decision, codeVersion: "c1" });
}
