/**
 * A scope: a schema with its own registry, checks, looks and alerts, and everybody's events. A connection of it sees its own
 * tables first and the shared ones behind them, so that every query is the one that production asks.
 */
import type { RetrainingConfig } from "../../config/retraining.ts";
import { type Database, inTransaction, type Sql } from "../connect.ts";

/** Tables that a scope has of its own: all that says what a model is, does, or did. */
export const OWN_TABLES = [
  "alerts",
  "approvals",
  "audit",
  "brought_candidates",
  "checks",
  "config_versions",
  "cycles",
  "deliveries",
  "federated_messages",
  "federated_rounds",
  "federated_runs",
  "impacts",
  "model_versions",
  "observations",
  "predictions",
  "quality_findings",
  "retrainers",
  "rollout_looks",
  "rollouts",
  "serving",
  "serving_history",
  "serving_minutes",
  "snapshots",
  "stream_alarms",
  "streams",
] as const;

/**
 * Tables that it shares: facts about the shop, blocks and profiles that follow from them, and what no cycle touches.
 */
export const SHARED_TABLES = [
  "api_keys",
  "artefact_orphans",
  "audit_checkpoints",
  "audit_head",
  "backtest_ends",
  "backtest_steps",
  "backtest_trainings",
  "backtest_uses",
  "backtests",
  "day_counts",
  "events",
  "feature_blocks",
  "feature_shards",
  "idempotency_keys",
  "imports",
  "label_blocks",
  "migrations",
  "oidc_sign_ins",
  "outbox",
  "people",
  "privacy_requests",
  "quality_days",
  "quarantine",
  "redactions",
  "repeats",
  "sessions",
  "settings",
  "sign_in_codes",
  "signal_uses",
  "user_days",
  "version_notes",
  "workers",
] as const;

/** The schema of a backtest's policy, by its place among the policies. */
export const scopeOf = (backtest: string, policy: number): string =>
  `backtest_${backtest.replace(/[^a-z0-9]/g, "_")}_${policy}`;

/** Names only what {@link scopeOf} makes: it becomes part of statements. */
export function checkedScope(scope: string): string {
  if (/^backtest_[a-z0-9_]{1,50}$/.test(scope)) return scope;
  throw new RangeError(`Cannot use "${scope}" as the schema of a backtest`);
}

/**
 * Makes a scope, once: tables like the public ones, without their triggers, which tell others; the configuration; and the
 * findings that people accepted, for what is known of the data is known to every policy.
 */
export async function createScope(
  sql: Database,
  scope: string,
  { config, why }: { config: RetrainingConfig; why: string },
): Promise<void> {
  const name = checkedScope(scope);
  await inTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext(${name}))`;
    const [known] = await tx`select 1 from pg_namespace where nspname = ${name}`;
    if (known) return;
    await tx`create schema ${tx(name)}`;
    for (const table of OWN_TABLES) {
      await tx`create table ${tx(name)}.${tx(table)} (like public.${tx(table)} including all)`;
    }
    await tx`insert into ${tx(name)}.config_versions (version, config, by, why)
      values (1, ${tx.json(config)}, 'backtest', ${why})`;
    await tx`insert into ${tx(name)}.quality_findings
      select * from public.quality_findings where accepted_at is not null`;
  });
}

/** Forgets a scope with all that is in it; nothing happens where there is none. */
export async function dropScope(sql: Sql, scope: string): Promise<void> {
  await sql`drop schema if exists ${sql(checkedScope(scope))} cascade`;
}
