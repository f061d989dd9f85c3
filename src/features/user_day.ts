/**
 * The activity of one shopper on one UTC day: the unit that is rolled up while events come in, and all that
 * features and labels are built from. A day's purchases of one shopper count as one basket. Of distinct things a day
 * counts at most 1,000 of each kind.
 */
export interface UserDay {
  /** days since 1970-01-01 UTC */
  readonly day: number;
  /** first event of the day, ms since the epoch */
  readonly firstMs: number;
  /** last event of the day, ms since the epoch */
  readonly lastMs: number;
  /** last purchase of the day, ms since the epoch; 0 where nothing was bought */
  readonly lastPurchaseMs: number;
  /** distinct sessions */
  readonly sessions: number;
  /** distinct sessions in which something was bought; lines without a session count as one */
  readonly orders: number;
  /** events, by type */
  readonly views: number;
  readonly carts: number;
  /** purchase lines */
  readonly purchases: number;
  readonly returns: number;
  /** events of any other type */
  readonly others: number;
  /** units bought */
  readonly units: number;
  /** money of the purchases, >= 0, in the shop's currency; purchase lines where most of its purchases carry none */
  readonly spend: number;
  /** money given back for returns, >= 0; their lines where `spend` counts lines */
  readonly returned: number;
  /** distinct products bought, as stable integer codes */
  readonly products: readonly number[];
  /** distinct categories bought, as stable integer codes */
  readonly categories: readonly number[];
  /** distinct products viewed or put into a cart, as stable integer codes */
  readonly viewed: readonly number[];
  /**
   * events of the types that a model names in `events`, oldest first, at most `OWN_EVENTS_MAX` of a day; left out: it
   * names none
   */
  readonly own?: readonly OwnEvent[];
  /**
   * the newest events of the day, at most `NEWEST_MAX`, in no order: of a shopper's last day and the one before it, where
   * a model has session features
   */
  readonly newest?: readonly DayEvent[];
}

/** So many of one day's events count for session features, the newest. */
export const NEWEST_MAX = 100;

/** The kinds of an event; the last stands for all of a shop's own types. */
export const EVENT_KINDS = ["view", "cart", "purchase", "return", "other"] as const;

/** One event of a day, as session features read it. */
export interface DayEvent {
  /** ms since the epoch */
  readonly atMs: number;
  /** its place in `EVENT_KINDS` */
  readonly kind: number;
  /** code of the session that was sent; NaN: none was */
  readonly session: number;
  /** code of the category; NaN: none was sent */
  readonly category: number;
  /** of one unit; NaN: none was sent */
  readonly price: number;
}

/** Of more events of a shop's own types on one day, the first count. */
export const OWN_EVENTS_MAX = 1000;

/** One event of a type of the shop's own. */
export interface OwnEvent {
  readonly type: string;
  /** ms since the epoch */
  readonly atMs: number;
  /** as it was sent; null: it was not */
  readonly product: string | null;
  readonly quantity: number | null;
  readonly amount: number | null;
  /** the numbers that it carried in `fields`, by name */
  readonly fields: Readonly<Record<string, number | undefined>>;
}
