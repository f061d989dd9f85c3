/** The groups of a shopper beside their features; null: not known. */
export interface ShopperGroups {
  readonly category: string | null;
  readonly country: string | null;
}

const KINDS = ["category", "country"] as const;
/** A smaller group tells nothing about itself, and each further one costs all of them evidence. */
const SHOPPERS_MIN = 30;
const GROUPS_MAX = 5;

/**
 * The segments that shoppers belong to by category and country: the largest few of each, as "country France".
 * @returns the names, by shopper
 */
export function largestGroups(
  shoppers: ReadonlyMap<string, ShopperGroups>,
): ReadonlyMap<string, readonly string[]> {
  const largestNames = new Set(KINDS.flatMap((kind) => largest(shoppers, kind)));
  const of = (groups: ShopperGroups) =>
    KINDS.map((kind) => nameOf(kind, groups)).filter((name) =>
      name !== null && largestNames.has(name)
    ) as string[];
  return new Map([...shoppers].map(([user, groups]) => [user, of(groups)]));
}

function largest(shoppers: ReadonlyMap<string, ShopperGroups>, kind: typeof KINDS[number]): string[] {
  const counts = new Map<string, number>();
  for (const groups of shoppers.values()) {
    const name = nameOf(kind, groups);
    if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const all = [...counts].filter(([, n]) => n >= SHOPPERS_MIN && n < shoppers.size);
  return all.sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, GROUPS_MAX).map(([name]) => name);
}

/** Returns the rows of each group that has any, by name. @param user the shopper of each row */
export function rowsByGroup(
  user: ArrayLike<number>,
  groups: ReadonlyMap<number, readonly string[]>,
): Map<string, number[]> {
  const rowsOf = new Map<string, number[]>();
  for (let row = 0; row < user.length; row++) {
    for (const name of groups.get(user[row]) ?? []) rowsOf.set(name, [...rowsOf.get(name) ?? [], row]);
  }
  return new Map([...rowsOf].sort(([a], [b]) => a < b ? -1 : 1));
}

const nameOf = (kind: typeof KINDS[number], groups: ShopperGroups) =>
  groups[kind] === null ? null : `${kind} ${groups[kind]}`;
