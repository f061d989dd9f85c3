/** Text that Postgres and JSON can hold: no NUL, no half of a surrogate pair. */

/** Tells whether a text can be stored as it is. */
export const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

/** Returns a text as it can be stored, at most `length` UTF-16 units long: what cannot be held becomes U+FFFD. */
export const storable = (text: string, length: number): string =>
  text.slice(0, length).replaceAll("\0", "\uFFFD").toWellFormed();

/** Returns where in parsed JSON the first text stands that cannot be stored, as in `rows.3.name`; null: nowhere. */
export function unstorableField(value: unknown, path: readonly string[] = []): string | null {
  if (typeof value === "string") return isStorable(value) ? null : path.join(".");
  if (value === null || typeof value !== "object") return null;
  for (const [name, inner] of Object.entries(value)) {
    if (!isStorable(name)) return [...path, storable(name, 40)].join(".");
    if (inner === null || typeof inner === "number" || typeof inner === "boolean") continue;
    const field = unstorableField(inner, [...path, name]);
    if (field !== null) return field;
  }
  return null;
}
