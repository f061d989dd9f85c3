const QUOTED = /^$|[\s"\\{},]|^null$/i;

/**
 * A Postgres array as text, to be cast as in `${literal}::text::float8[]`. A third of the driver's own cost, which
 * counts where thousands of rows travel as a dozen arrays.
 */
export function arrayLiteral(values: readonly (string | number | null)[]): string {
  return `{${values.map(elementOf).join(",")}}`;
}

/** The same of what needs no quotes: numbers and uuids. */
export const plainLiteral = (values: readonly (string | number)[]): string => `{${values.join(",")}}`;

function elementOf(value: string | number | null): string | number {
  if (typeof value !== "string") return value ?? "null";
  return QUOTED.test(value) ? `"${value.replace(/["\\]/g, "\\$&")}"` : value;
}
