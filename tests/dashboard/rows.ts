/** Puts a fixture into a real database. */
import type { Database } from "../../src/db/connect.ts";
import { LABELS, replayPolicies, type ReplayPolicy } from "../../src/backtest/replay.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import { endBacktest, saveBacktest, saveStep } from "../../src/db/backtests/backtests.ts";
import { saveRetrainer } from "../../src/db/cycles/retrainers.ts";
import { pinMoment } from "../../src/app/as_of.ts";
import type { Fixture } from "./fixture.ts";

export async function insertFixture(
  sql: Database,
  fixture: Fixture,
  { nextCheckAt }: { nextCheckAt: string },
): Promise<void> {
  const json = (value: unknown) => value === null ? null : sql.json(value as never);
  for (const c of fixture.cycles) {
    const reasons = json(c.reasons);
    await sql`insert into cycles (id, model, number, run_id, trigger, requested_by, as_of, stage, progress, reasons, snapshot_id,
        champion, challenger, verdict, evidence, outcome, error, watch, stages, started_at, ended_at)
      values (${c.id}, ${c.model}, ${c.number}, ${c.runId}, ${c.trigger}, ${c.requestedBy}, ${c.asOf}, ${c.stage},
        ${json(c.progress)}, ${reasons}, ${c.snapshotId}, ${c.champion}, ${c.challenger}, ${c.verdict},
        ${json(c.evidence)}, ${c.outcome}, ${c.error},
        ${json(c.watch)}, ${json(c.stages)}, ${c.startedAt}, ${c.endedAt})`;
  }
  for (const v of fixture.versions) {
    await sql`insert into model_versions (model, version, cycle_id, state, artefact_sha256, manifest, artefact_removed_at, created_at)
      values (${v.model}, ${v.version}, ${v.cycleId}, ${v.state}, ${v.artefactSha256}, ${json(v.manifest)},
        ${v.artefactRemovedAt}, ${v.createdAt})`;
  }
  for (const m of fixture.moves) {
    await sql`insert into serving_history (model, version, previous, kind, key, by, why, as_of, at)
      values (${m.model}, ${m.version}, ${m.previous}, ${m.kind}, ${m.key}, ${m.by}, ${m.why}, ${m.asOf}, ${m.at})`;
  }
  for (const c of fixture.checks) {
    const reasons = json(c.reasons);
    await sql`insert into checks (id, model, workflow_run, as_of, trigger, answer, reasons, cycle_id, checked_at)
      values (${c.id}, ${c.model}, ${c.id}, ${c.asOf}, ${c.trigger}, ${c.answer}, ${reasons}, ${c.cycleId}, ${c.checkedAt})`;
  }
  for (const a of fixture.alerts) {
    await sql`insert into alerts (key, model, title, detail, opened_at)
      values (${a.key}, ${a.model}, ${a.title}, ${json(a.detail)}, ${a.openedAt})`;
  }
  for (const model of new Set(fixture.cycles.map((c) => c.model))) {
    const running = fixture.cycles.find((c) => c.model === model && !c.endedAt)?.id ?? null;
    await saveRetrainer(sql, { model, active: true, nextCheckAt, runningCycle: running });
  }
  await insertReplay(sql, fixture);
  await pinMoment(sql, Date.parse("2011-11-08T00:00:00Z"));
}

/** A replay that has ended, with the fixture's scores. */
async function insertReplay(sql: Database, { scores }: Fixture): Promise<void> {
  const id = "replay-made-up";
  const models = [...new Set(scores.map(({ model }) => model))];
  const moments = [...new Set(scores.map(({ cutoff }) => cutoff))].sort();
  await saveBacktest(sql, {
    id,
    models,
    policies: replayPolicies(),
    moments,
    scoredFrom: Object.fromEntries(models.map((model) => [model, moments[0]])),
    config: RetrainingConfig.parse({}),
    by: "perennial demo",
    why: "",
  });
  const step = { run: "cycle", why: "", outcome: "wait", trained: false, predictionsSha256: null } as const;
  for (const { policy, cutoff: asOf, ...score } of scores) {
    await saveStep(sql, id, { ...step, ...score, asOf, policy: LABELS[policy as ReplayPolicy] });
  }
  await endBacktest(sql, id, { policy: "", state: "finished", text: "4 policies" });
}
