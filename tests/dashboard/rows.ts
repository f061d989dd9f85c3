/** Puts a fixture into a real database. */
import type { Database } from "../../src/db/connect.ts";
import { saveReplayScores } from "../../src/db/cycles/replays.ts";
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
  await saveReplayScores(sql, fixture.scores.map((score) => ({ replay: "replay-made-up", ...score })));
  await pinMoment(sql, Date.parse("2011-11-08T00:00:00Z"));
}
