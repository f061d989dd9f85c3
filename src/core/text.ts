/** Text that Postgres and JSON can hold: no NUL, no half of a surrogate pair. */

/** Returns a value of parsed JSON as text, whatever it is: an object may bring a `toString` that is none. */
export function anyText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return JSON.stringify(value) ?? "";
  }
}

const MAY_DIFFER = /[\u00ad\u0300-\uffff]/;
/** Characters that no screen shows and no word needs: soft hyphen, spaces of no width, marks of direction, byte order. */
const UNSEEN = /[\u00ad\u200b\u200e\u200f\u2060\ufeff]/g;

/**
 * Returns a name as a reader sees it, so that names that look the same are the same: marks on their letters (NFC: `é` is
 * one character), no characters that are not seen, no spaces around it. Joiners stay: words of some scripts need them.
 */
export const composed = (text: string): string =>
  MAY_DIFFER.test(text) ? text.normalize("NFC").replace(UNSEEN, "").trim() : text;

/** Tells whether a text can be stored as it is. */
export const isStorable = (text: string): boolean => !text.includes("\0") && text.isWellFormed();

/** Returns a text as it can be stored, at most `length` UTF-16 units long: what cannot be held becomes U+FFFD. */
export const storable = (text: string, length: number): string =>
  text.slice(0, length).replaceAll("\0", "\uFFFD").toWellFormed();

/** Returns where in parsed JSON the first text stands that cannot be stored, as in `rows.3.name`; null: nowhere. */
export function unstorableField(value: unknown): string | null {
  return holdsUnstorable(value) ? pathOfUnstorable(value).join(".") : null;
}

/** Tells whether any text in parsed JSON cannot be stored. Batches of rows pass here, so it builds no paths. */
function holdsUnstorable(value: unknown): boolean {
  if (typeof value === "string") return !isStorable(value);
  if (value === null || typeof value !== "object") return false;
  if (Array.isArray(value)) return value.some(holdsUnstorable);
  for (const name in value) {
    if (!isStorable(name) || holdsUnstorable((value as Record<string, unknown>)[name])) return true;
  }
  return false;
}

function pathOfUnstorable(value: unknown): string[] {
  if (value === null || typeof value !== "object") return [];
  const [name, inner] = Object.entries(value).find(([name, inner]) =>
    !isStorable(name) || holdsUnstorable(inner)
  )!;
  return isStorable(name) ? [name, ...pathOfUnstorable(inner)] : [storable(name, 40)];
}
