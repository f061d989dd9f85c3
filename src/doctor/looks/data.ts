import { currentMoment } from "../../app/as_of.ts";
import { configOf, type ModelConfig } from "../../config/retraining.ts";
import { DAY_MS } from "../../core/time.ts";
import { currentConfig } from "../../db/config/config_versions.ts";
import type { Database } from "../../db/connect.ts";
import { listCycles } from "../../db/cycles/cycles.ts";
import { countPurchases, eventSpan } from "../../db/events/day_counts.ts";
import { countEvents } from "../../db/events/events.ts";
import { intakeSince } from "../../db/examination.ts";
import { servingVersion } from "../../db/models/serving.ts";
import { count } from "../../format/numbers.ts";
import { moment } from "../../format/times.ts";
import { firstTrainingMs } from "../../training/cutoffs.ts";
import { type Finding, finding } from "../finding.ts";
import type { Patient } from "../patient.ts";

/** Days without an event after which a shop's sender is taken for broken. */
const SILENT_DAYS = 3;
/** Share of events put aside that no healthy sender has. */
const ASIDE_SHARE = 0.05;
const ASIDE_EVENTS = 100;
/** Cycles in a row that failed. */
const FAILED_CYCLES = 2;

/** Whether there is enough to learn from, and events go on coming. */
export async function lookAtData(sql: Database, { clock, models }: Patient): Promise<Finding[]> {
  const { asOfMs, clock: kind } = await currentMoment(sql, clock);
  const span = await eventSpan(sql);
  if (span === null) {
    return [
      finding("no-events", "warning", { detail: "no event is stored" }),
      ...await lookAtQuarantine(sql, clock()),
    ];
  }
  const found: Finding[] = [];
  const events = await countEvents(sql, { beforeMs: asOfMs });
  if (await countPurchases(sql, { beforeMs: asOfMs }) === 0) {
    found.push(
      finding("no-purchases", "warning", { detail: `of ${count(events)} events none is a purchase` }),
    );
  }
  const silentDays = (asOfMs - span.lastMs) / DAY_MS;
  if (kind === "wall" && silentDays > SILENT_DAYS) {
    const detail = `the newest event is of ${moment(new Date(span.lastMs).toISOString(), "day")}, ` +
      `${Math.floor(silentDays)} days ago`;
    found.push(finding("events-stopped", "warning", { detail }));
  }
  const { config } = await currentConfig(sql);
  for (const model of models.keys()) {
    const isServed = await servingVersion(sql, model) !== null;
    if (!isServed) {
      found.push(historyFinding(model, configOf(config, model), { asOfMs, firstMs: span.firstMs }));
    }
    found.push(...await lookAtCycles(sql, model));
  }
  return [...found, ...await lookAtQuarantine(sql, clock())];
}

function historyFinding(
  model: string,
  config: ModelConfig,
  { asOfMs, firstMs }: { asOfMs: number; firstMs: number },
): Finding {
  const firstTraining = firstTrainingMs(config, firstMs);
  const since = moment(new Date(firstMs).toISOString(), "day");
  if (firstTraining <= asOfMs) {
    const detail = `${model}: enough history since ${since} for a training; none was proven good yet`;
    return finding("nothing-serves", "note", { subject: model, detail });
  }
  const detail =
    `${model}: first training possible from ${moment(new Date(firstTraining).toISOString(), "day")}; ` +
    `events begin ${since}, and ${config.min_train_cutoffs} cut-offs need complete outcomes (active_days ` +
    `${config.active_days}, step_days ${config.step_days}, horizon_days ${config.horizon_days})`;
  return finding("too-little-history", "warning", { subject: model, detail });
}

async function lookAtCycles(sql: Database, model: string): Promise<Finding[]> {
  const newest = (await listCycles(sql, { model, limit: FAILED_CYCLES + 1 })).filter(({ endedAt }) =>
    endedAt !== null
  );
  const failed = newest.slice(0, FAILED_CYCLES).filter(({ outcome }) =>
    outcome === "failed" || outcome === "lost"
  );
  if (failed.length === 0 || failed[0] !== newest[0]) return [];
  const [{ id, outcome, error }] = failed;
  const isRow = failed.length === FAILED_CYCLES;
  const detail = `${id} is ${outcome}: ${error ?? "no error was written down"}${
    isRow ? "; so is the one before" : ""
  }`;
  return [finding("cycles-failing", isRow ? "problem" : "warning", { subject: model, detail })];
}

async function lookAtQuarantine(sql: Database, nowMs: number): Promise<Finding[]> {
  const { quarantined, accepted } = await intakeSince(sql, nowMs - DAY_MS);
  const isMuch = quarantined >= ASIDE_EVENTS && quarantined > ASIDE_SHARE * (accepted + quarantined);
  if (!isMuch) return [];
  const detail = `${count(quarantined)} events were quarantined within a day, ${count(accepted)} taken in`;
  return [finding("quarantine-fills", "warning", { detail })];
}
