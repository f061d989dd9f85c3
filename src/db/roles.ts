import { type Database, inTransaction } from "./connect.ts";

/** The role that the app connects with where the database is our own. */
export const APP_ROLE = "perennial_app";

/** Tables to which the app only adds: nobody who gets hold of its connection can rewrite what was done, and on what grounds. */
const APPEND_ONLY = [
  "audit",
  "audit_checkpoints",
  "backtest_ends",
  "backtest_steps",
  "backtest_uses",
  "backtests",
  "checks",
  "config_versions",
  "impacts",
  "redactions",
  "serving_history",
  "snapshots",
  "stream_alarms",
] as const;
/** Of them those with a reason that a person wrote: an erasure takes a shopper's key out of it. */
const WITH_REASON = ["backtests", "config_versions"] as const;
/** Tables whose rows the app changes as they go on, and never deletes. */
const KEPT = [
  "approvals",
  "backtest_trainings",
  "cycles",
  "federated_rounds",
  "federated_runs",
  "model_versions",
  "privacy_requests",
  "quality_days",
  "quality_findings",
  "repeats",
  "retrainers",
  "rollouts",
  "serving",
  "streams",
  "version_notes",
] as const;
/** Tables whose rows the app may take back, and never changes. */
const UNCHANGED = ["rollout_looks"] as const;
/** Tables that only their owner writes. */
const OWNERS = ["audit_head", "migrations"] as const;

/**
 * Lets a role work with the tables, and no more: it is no superuser, owns nothing but the schemas of backtests, and only
 * adds to the audit and to other proofs. To be called as the owner, after each migration; again changes nothing.
 * @param app.password makes the role, or gives it this password; left out: it is there already
 */
export async function grantApp(
  owner: Database,
  { role, password }: { role: string; password?: string },
): Promise<void> {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(role)) {
    throw new RangeError(`Cannot use "${role}" as a role of the app`);
  }
  await inTransaction(owner, async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('perennial roles'))`;
    if (password !== undefined) await makeRole(tx as Database, role, password);
    const name = tx(role);
    await tx`grant usage on schema public to ${name}`;
    await tx`grant select, insert, update, delete on all tables in schema public to ${name}`;
    await tx`grant usage on all sequences in schema public to ${name}`;
    const [{ database, maintain, superuser }] = await tx`select current_database() as database,
      current_setting('server_version_num')::int >= 170000 as maintain, rolsuper as superuser
      from pg_roles where rolname = current_user`;
    if (maintain) await tx`grant maintain on all tables in schema public to ${name}`; // analyze, after an import
    if (maintain && superuser) await tx`grant maintain on pg_catalog.pg_statistic to ${name}`; // after an erasure
    // a backtest has a schema of its own, and an import a temporary table
    await tx`grant create, temporary on database ${tx(database)} to ${name}`;
    await bound(tx as Database, role);
    await takeScopes(tx as Database, role);
  });
}

/** Takes back what the app never does. */
async function bound(tx: Database, role: string): Promise<void> {
  const name = tx(role);
  for (const table of APPEND_ONLY) await tx`revoke update, delete, truncate on ${tx(table)} from ${name}`;
  for (const table of WITH_REASON) await tx`grant update (why) on ${tx(table)} to ${name}`;
  for (const table of KEPT) await tx`revoke delete, truncate on ${tx(table)} from ${name}`;
  for (const table of UNCHANGED) await tx`revoke update on ${tx(table)} from ${name}`;
  for (const table of OWNERS) {
    await tx`revoke insert, update, delete, truncate on ${tx(table)} from ${name}`;
  }
}

/** Makes a role that may connect and nothing else, or gives it a new password. */
export async function makeRole(tx: Database, role: string, password: string): Promise<void> {
  if (!/^[0-9a-f]{32,}$/.test(password)) {
    throw new RangeError("Cannot use this password: need hexadecimal digits");
  }
  const [known] = await tx`select 1 from pg_roles where rolname = ${role}`;
  const options = "login nosuperuser nocreatedb nocreaterole noreplication nobypassrls";
  await tx.unsafe(`${known ? "alter" : "create"} role ${role} ${options} password '${password}'`);
}

/** Schemas of backtests that an older release made as the owner become the app's, which goes on with them. */
async function takeScopes(tx: Database, role: string): Promise<void> {
  const tables = await tx`select n.nspname as schema, c.relname as name from pg_namespace n
    left join pg_class c on c.relnamespace = n.oid and c.relkind = 'r'
    where n.nspname like 'backtest\\_%' and n.nspowner <> ${role}::regrole`;
  for (const { schema, name } of tables) {
    if (name !== null) await tx`alter table ${tx(schema)}.${tx(name)} owner to ${tx(role)}`;
  }
  for (const schema of new Set(tables.map((row) => row.schema))) {
    await tx`alter schema ${tx(schema)} owner to ${tx(role)}`;
  }
}

/** Tells whether the role of this connection could rewrite the audit. */
export async function mayRewriteAudit(sql: Database): Promise<boolean> {
  const [row] =
    await sql`select has_table_privilege('audit', 'update') or has_table_privilege('audit', 'delete')
    or pg_has_role(current_user, (select relowner from pg_class where oid = 'audit'::regclass), 'member') as may`;
  return row.may;
}
