import { configOf, type ModelConfig, type RetrainingConfig } from "../../config/retraining.ts";
import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import { DAY_MS } from "../../core/time.ts";
import { writeAudit } from "../../db/access/audit.ts";
import { currentConfig } from "../../db/config/config_versions.ts";
import type { Database } from "../../db/connect.ts";
import { eventSpan } from "../../db/events/day_counts.ts";
import { orphansSince } from "../../db/models/artefact_orphans.ts";
import {
  agedEvidence,
  type AgeingTable,
  countAged,
  deleteAged,
  type Freed,
  letEvidenceGo,
  neverServed,
  type OldVersion,
} from "../../db/retention.ts";
import type { FileArtefacts } from "../../registry/artefacts.ts";
import { currentMoment } from "../as_of.ts";
import { removeFiles, surplusVersions } from "../registry/old_versions.ts";
import { type Class, CLASSES, type ClassName } from "./classes.ts";
import { oldLogs } from "./logs.ts";
import { sweepFiles } from "./sweep.ts";

export interface CleanupDeps {
  sql: Database;
  store: FileArtefacts;
  clock: Clock;
  models: readonly string[];
  /** folder of the embedded servers' logs; null: they are somebody else's */
  home: string | null;
}

/** What one class holds that can go, or what went of it. */
export interface Cleaned extends Freed {
  name: ClassName;
  /** the age at which it goes; null: kept for ever */
  days: number | null;
  /** what the number counts */
  unit: "rows" | "files";
}

/** In whose name, and why. */
export interface CleanupNote {
  requestId: string;
  who: string;
  why: string;
}

/** Selects what is looked at. */
interface CleanupQuery {
  /** left out: every class */
  classes?: readonly ClassName[];
  /** only says what would go */
  dryRun: boolean;
  /** writes what went into the audit, in whose name; left out: nothing is written */
  note?: CleanupNote;
}

interface Pass extends CleanupDeps {
  config: RetrainingConfig;
  nowMs: number;
  asOfMs: number;
  /** the end of the data: what a shop imported of years ago does not vanish overnight */
  dataMs: number;
  dryRun: boolean;
}

/**
 * Lets go what is older than the settings say, class by class; what a living cycle, rollout or version needs stays.
 * @throws {Error} some classes could not be cleaned up, which keeps no other one
 */
export async function cleanUp(
  deps: CleanupDeps,
  { classes = CLASSES.map(({ name }) => name), dryRun, note }: CleanupQuery,
): Promise<Cleaned[]> {
  const { sql, clock } = deps;
  const [{ config }, { asOfMs }, span] = await Promise.all([
    currentConfig(sql),
    currentMoment(sql, clock),
    eventSpan(sql),
  ]);
  const nowMs = clock();
  const dataMs = Math.min(nowMs, asOfMs, span?.lastMs ?? nowMs);
  const pass = { ...deps, config, nowMs, asOfMs, dataMs, dryRun };
  const cleaned: Cleaned[] = [];
  const failures: string[] = [];
  for (const entry of CLASSES.filter(({ name }) => classes.includes(name))) {
    const days = daysOf(config, entry);
    try {
      const freed = days === null ? { rows: 0, bytes: 0 } : await cleanClass(pass, entry, days);
      cleaned.push({ name: entry.name, days, unit: entry.unit, ...freed });
    } catch (error) {
      failures.push(`${entry.name}: ${messageOf(error)}`);
    }
  }
  if (note && !dryRun) await noteCleanup(sql, cleaned, note);
  if (failures.length > 0) throw new Error(`Cannot clean up ${failures.join("; ")}. The other classes were`);
  return cleaned;
}

/** How long a class is kept: as its setting says, and never shorter than what is alive needs. */
function daysOf(config: RetrainingConfig, { setting, name }: Class): number | null {
  const wanted = setting === null ? null : config[setting];
  if (wanted === null) return name === "files" ? 1 : null;
  if (name === "shoppers") return Math.max(wanted, trainingDays(config));
  if (name === "alerts") return Math.max(wanted, Math.ceil(config.alert_cooldown_hours / 24));
  return wanted;
}

/** How far trainings look back, days: a shopper who did nothing since is in no population of theirs. */
function trainingDays(config: RetrainingConfig): number {
  const reach = (c: ModelConfig) => c.active_days + c.max_train_cutoffs * c.step_days + c.horizon_days;
  return Math.max(
    ...[configOf(config, ""), ...Object.keys(config.models).map((m) => configOf(config, m))].map(reach),
  );
}

async function cleanClass(pass: Pass, { name, tables, ofData }: Class, days: number): Promise<Freed> {
  const { sql, nowMs, asOfMs, dataMs, dryRun } = pass;
  const beforeMs = (ofData ? dataMs : nowMs) - days * DAY_MS;
  switch (name) {
    case "evidence":
      return await cleanEvidence(pass, beforeMs);
    case "versions":
      return await cleanVersions(pass, beforeMs);
    case "files":
      return dryRun ? sumOf(await orphansSince(sql, beforeMs)) : await sweptFiles(pass);
    case "logs":
      return pass.home === null ? { rows: 0, bytes: 0 } : await oldLogs(pass.home, { beforeMs, dryRun });
    default:
      return await cleanTables(pass, tables, { beforeMs, asOfMs });
  }
}

async function cleanTables(
  { sql, dryRun }: Pass,
  tables: readonly AgeingTable[],
  cut: { beforeMs: number; asOfMs: number },
): Promise<Freed> {
  const total = { rows: 0, bytes: 0 };
  for (const table of tables) {
    const { rows, bytes } = dryRun ? await countAged(sql, table, cut) : await deleteAged(sql, table, cut);
    total.rows += rows;
    total.bytes += bytes;
  }
  return total;
}

/** The rows stay, with what the look said; its file is named by nothing then, and the sweep deletes it. */
async function cleanEvidence({ sql, store, dryRun }: Pass, beforeMs: number): Promise<Freed> {
  const freed = await sizeOf(store, await agedEvidence(sql, beforeMs));
  if (!dryRun) await letEvidenceGo(sql, beforeMs);
  return freed;
}

async function cleanVersions({ sql, store, config, models, dryRun }: Pass, beforeMs: number): Promise<Freed> {
  const old: OldVersion[] = await neverServed(sql, beforeMs);
  for (const model of models) old.push(...await surplusVersions(sql, model, configOf(config, model)));
  const freed = await sizeOf(store, old.map(({ artefactSha256 }) => artefactSha256));
  if (!dryRun) await removeFiles({ sql, store }, old);
  return freed;
}

/** Files that nothing names: listed by a first sweep, deleted by one that is a day later. */
async function sweptFiles({ sql, store, clock }: Pass): Promise<Freed> {
  const { deleted, deletedBytes } = await sweepFiles({ sql, store, clock, log: () => undefined });
  return { rows: deleted, bytes: deletedBytes };
}

async function sizeOf(store: FileArtefacts, hashes: readonly string[]): Promise<Freed> {
  const wanted = new Set(hashes);
  return sumOf(wanted.size === 0 ? [] : (await store.list()).filter(({ name }) => wanted.has(name)));
}

const sumOf = (files: readonly { bytes: number }[]): Freed => ({
  rows: files.length,
  bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
});

/** Writes down what a clean-up freed; one that freed nothing leaves no row. */
export async function noteCleanup(
  sql: Database,
  cleaned: readonly Cleaned[],
  { requestId, who, why }: CleanupNote,
): Promise<void> {
  const freed = cleaned.filter(({ rows }) => rows > 0);
  if (freed.length === 0) return;
  const after = Object.fromEntries(
    freed.map(({ name, rows, bytes, unit }) => [name, `${rows} ${unit}, ${bytes} bytes`]),
  );
  await writeAudit(sql, {
    requestId,
    who,
    action: "cleanup",
    target: freed.map(({ name }) => name).join(", "),
    why,
    after,
  });
}
