import type { ModelEconomics } from "../models/model.ts";
import type { ModelConfig } from "../config/retraining.ts";

/** The economics that the shop stated, as a model's configuration holds them. */
type Stated = Pick<
  ModelConfig,
  "sales_margin" | "kept_customer_value" | "contact_cost" | "offer_success" | "offer_lift" | "contact_budget"
>;

/** The worth of one contact: `effect * outcome - contactCost`. */
export interface Economics {
  /** money that a contact earns for each unit of the outcome */
  readonly effect: number;
  readonly contactCost: number;
  /** most contacts within one horizon over the whole population; Infinity: no limit */
  readonly budget: number;
  /**
   * `profit`: what contacts earn, beyond what would have come without them.
   * `captured margin`: margin on all that the contacted spend, less contacts. It ranks models, and is no profit.
   */
  readonly basis: "profit" | "captured margin";
}

/** Economics that suffice for a figure, or the settings that lack, or that the model's predictions earn nothing. */
export type Found =
  | { kind: "stated"; use: ModelEconomics; economics: Economics }
  | { kind: "missing"; settings: string[] }
  | { kind: "none" };

/**
 * Returns the worth of a contact, by a model's prediction.
 *
 * - Retention: outcome 1 is a shopper whom the shop loses. A contact keeps `offer_success` of these, each worth
 *   `kept_customer_value`; on a shopper who would have stayed it is wasted.
 * - Sales: the outcome is what a shopper spends within the horizon. A contact raises it by `offer_lift`, and
 *   `sales_margin` of that stays. Where no lift is stated, margin on all spend of those contacted is compared instead:
 *   which model finds the better shoppers can be told without knowing what a contact does to them, a profit cannot.
 */
export function economicsOf(use: ModelEconomics | undefined, stated: Stated): Found {
  if (use === undefined) return { kind: "none" };
  const isRetention = use === "retention";
  const needed = isRetention
    ? (["kept_customer_value", "offer_success", "contact_cost"] as const)
    : (["sales_margin", "contact_cost"] as const);
  const settings = needed.filter((name) => stated[name] === null);
  if (settings.length > 0) return { kind: "missing", settings };
  const { sales_margin, kept_customer_value, contact_cost, offer_success, offer_lift, contact_budget } =
    stated;
  return {
    kind: "stated",
    use,
    economics: {
      effect: isRetention ? offer_success! * kept_customer_value! : sales_margin! * (offer_lift ?? 1),
      contactCost: contact_cost!,
      budget: contact_budget ?? Infinity,
      basis: isRetention || offer_lift !== null ? "profit" : "captured margin",
    },
  };
}

/** Returns the cost of cycles of so many seconds together; null: the shop has not said what an hour costs. */
export function cycleCost(
  seconds: number,
  { machine_hour_cost, cycle_person_cost }: Pick<ModelConfig, "machine_hour_cost" | "cycle_person_cost">,
  cycles = 1,
): number | null {
  return machine_hour_cost === null ? null : seconds / 3600 * machine_hour_cost + cycles * cycle_person_cost;
}
