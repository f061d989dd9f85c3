import { currencyCode, parseRates, type ShopMoney } from "../../core/currency.ts";
import { InvalidInputError } from "../../core/errors.ts";
import { currentConfig } from "../../db/config/config_versions.ts";
import type { Sql } from "../../db/connect.ts";
import type { ImportPlan } from "../../events/plan.ts";

/** Reads what a shop's money is, from its settings. */
export async function shopMoney(sql: Sql): Promise<ShopMoney> {
  const { config } = await currentConfig(sql);
  return { currency: config.currency, rates: parseRates(config.currency_rates) };
}

/**
 * Fills a plan with the shop's currency and rates; what it says itself counts.
 * @throws {InvalidInputError} it says another currency than the shop's own: the two would be added up
 */
export function withMoney(plan: ImportPlan, { currency, rates }: ShopMoney): ImportPlan {
  if (currency !== "" && plan.currency && currencyCode(plan.currency) !== currencyCode(currency)) {
    throw new InvalidInputError(
      `Cannot import money in ${plan.currency}: the shop's own is ${currency} (setting currency); ` +
        `say --rates ${currencyCode(plan.currency)}=RATE`,
      "currency",
    );
  }
  if (currency === "" && Object.keys(rates).length === 0) return plan;
  return { ...plan, currency: plan.currency ?? (currency || undefined), rates: { ...rates, ...plan.rates } };
}
