/** A record of a file: the values of a line, or an object. */
export type RecordData = readonly string[] | Readonly<Record<string, unknown>>;

/** Reads one value of a record; `item` is the line of the order that is being read. */
export type Read = (record: RecordData, item: unknown) => unknown;

/** Divides `ecommerce.items[].item_id` into the list and what is read of each of its items. */
export function divideAtList(path: string): { list: string | undefined; key: string } {
  const at = path.indexOf("[].");
  return at < 0 ? { list: undefined, key: path } : { list: path.slice(0, at), key: path.slice(at + 3) };
}

/**
 * Returns the value at a path such as `geo.country`. A list of pairs of `key` and `value`, as GA4 has it, is read by its
 * keys: `event_params.ga_session_id`.
 */
export function valueAt(data: unknown, path: string): unknown {
  let value = data;
  if (isObject(value) && Object.hasOwn(value, path)) return value[path];
  for (const step of path.split(".")) {
    if (Array.isArray(value)) value = pairValue(value, step);
    else if (isObject(value) && Object.hasOwn(value, step)) value = value[step];
    else return undefined;
  }
  return value;
}

function pairValue(pairs: readonly unknown[], key: string): unknown {
  const pair = pairs.find((entry) => isObject(entry) && entry.key === key) as
    | Record<string, unknown>
    | undefined;
  if (!isObject(pair?.value)) return pair?.value;
  return Object.values(pair.value).find((value) => value !== null && value !== undefined);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Lower case, without blanks, `_` and `-`: `User ID`, `user_id` and `userId` are one name. */
export const squeeze = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, "");

/** Finds the column that a plan names: exactly so, else by its squeezed name. @returns -1: there is none */
export function columnIndex(names: readonly string[], wanted: string): number {
  const exact = names.indexOf(wanted);
  return exact >= 0 ? exact : names.findIndex((name) => squeeze(name) === squeeze(wanted));
}
