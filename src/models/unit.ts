import type { ModelDefinition } from "./model.ts";

/** How a model definition states that its target is money. */
export const SHOP_CURRENCY = "shop currency";
/** The target of such a model where the shop's purchases carry no money. */
export const LINES_BOUGHT = "lines bought";

/** What a shop's spending is counted in. */
export interface SpendingUnit {
  /** whether purchases carry money; if not, purchase lines are counted */
  readonly hasMoney: boolean;
  /** the shop's currency; empty: not stated */
  readonly currency: string;
}

/** Returns what a model's target is measured in, in a shop: "EUR", "shop currency", "lines bought", "probability". */
export function unitIn(
  { unit }: Pick<ModelDefinition, "unit">,
  { hasMoney, currency }: SpendingUnit,
): string {
  if (unit !== SHOP_CURRENCY) return unit;
  return hasMoney ? currency || SHOP_CURRENCY : LINES_BOUGHT;
}
