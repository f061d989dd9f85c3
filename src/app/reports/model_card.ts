import { currentConfig } from "../../db/config/config_versions.ts";
import type { Sql } from "../../db/connect.ts";
import { findCycle } from "../../db/cycles/cycles.ts";
import { servingHistory } from "../../db/models/serving.ts";
import { findNote } from "../../db/models/version_notes.ts";
import { findImportance, getVersion } from "../../db/models/versions.ts";
import { newestMeasuredOf } from "../../db/monitoring/newest_findings.ts";
import { NotFoundError } from "../../core/errors.ts";
import { configOf } from "../../config/retraining.ts";
import type { ModelDefinition } from "../../models/model.ts";
import type { Document } from "../../format/document.ts";
import { modelCard } from "../../retraining/model_card.ts";

/** Reads the card of a version. @throws {NotFoundError} there is no such model or version */
export async function readModelCard(
  { sql, models }: { sql: Sql; models: ReadonlyMap<string, ModelDefinition> },
  model: string,
  number: number,
): Promise<Document> {
  const definition = models.get(model);
  if (!definition) throw new NotFoundError("model", model);
  const version = await getVersion(sql, model, number);
  const [cycle, moves, measured, note, importance, { config }] = await Promise.all([
    findCycle(sql, version.cycleId),
    servingHistory(sql, model),
    newestMeasuredOf(sql, model, number),
    findNote(sql, model, number),
    findImportance(sql, model, number),
    currentConfig(sql),
  ]);
  const settings = configOf(config, model);
  return modelCard({
    version,
    question: definition.question,
    loss: definition.loss,
    network: definition.network,
    horizonDays: settings.horizon_days,
    activeDays: settings.active_days,
    cycle,
    moves,
    measured,
    note,
    importance,
  });
}
