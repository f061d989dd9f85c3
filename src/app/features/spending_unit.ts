import type { Sql } from "../../db/connect.ts";
import { currentConfig } from "../../db/config/config_versions.ts";
import { hasMoney } from "../../db/events/money.ts";
import type { ModelDefinition } from "../../models/model.ts";
import { type SpendingUnit, unitIn } from "../../models/unit.ts";

/** Reads what spending is counted in, as of a moment. */
export async function spendingUnit(sql: Sql, { asOfMs }: { asOfMs: number }): Promise<SpendingUnit> {
  const [{ config }, money] = await Promise.all([currentConfig(sql), hasMoney(sql, { beforeMs: asOfMs })]);
  return { hasMoney: money, currency: config.currency };
}

/** Reads what a model's target is measured in, as of a moment. */
export async function targetUnit(
  sql: Sql,
  model: Pick<ModelDefinition, "unit">,
  moment: { asOfMs: number },
): Promise<string> {
  return unitIn(model, await spendingUnit(sql, moment));
}
