/** Groups of features: those of a group say much the same, and shuffling one alone would hide it. */
export const FEATURE_GROUPS: Readonly<Record<string, RegExp>> = {
  "recency": /^recency(_any|_view)?$/,
  "tenure": /^(tenure|first_purchase_age)$/,
  "counts in windows":
    /^(baskets|orders|lines|units|active_days|sessions|views|carts|returns|others)_(7|28|90|all|horizon)$/,
  "money in windows": /^(spend|returned)_(7|28|90|all|horizon)$/,
  "gaps between baskets": /^(gap_\w+|recency_over_gap(_max)?|bought_horizons)$/,
  "size of baskets": /^(basket_(mean|median|max|std|last)|\w+_per_basket|money_per_unit)$/,
  "variety": /^((viewed_)?(products|categories)_\w+|repeat_share)$/,
  "trend": /_trend_\w+$|_rate$|_faded_\d+$/,
  "visits and returns": /^(return_share|carts_per_view|purchases_per_cart)$/,
  "hours and weekdays": /^(weekend_share|hour_mean)$/,
  "season": /^as_of_|_year_ago$/,
};

/** The group of what a visitor does now, of models that name it. */
const SESSION = { group: "newest session", names: /^session_/ } as const;

/** The group of the features that a model has for itself. */
const OWN_GROUP = "own features";

/**
 * The columns of each group.
 * @param features names of the columns, in their order   @param own how many of them, the last, are a model's own
 */
export function groupColumns(features: readonly string[], own = 0): Record<string, number[]> {
  const shared = features.slice(0, features.length - own);
  const columnsOf = (names: RegExp) => [...shared.keys()].filter((i) => names.test(shared[i]));
  const groups = Object.fromEntries(
    Object.entries(FEATURE_GROUPS).map(([group, names]) => [group, columnsOf(names)]),
  );
  const session = columnsOf(SESSION.names);
  if (session.length > 0) groups[SESSION.group] = session;
  return own === 0 ? groups : { ...groups, [OWN_GROUP]: [...features.keys()].slice(-own) };
}
