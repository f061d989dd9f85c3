/** What would break a line, turn its direction, or cannot be stored: control characters, overrides, half a character. */
const UNSEEN = /[\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069\ufeff]/u;

/**
 * Whether a text can be shown and stored as one line.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(["days", " ", "a\nb", "a\0", "\ud800", "Zoë 👍"].map(isLine), [true, false, false, false, false, true]);
 * ```
 */
export const isLine = (text: string): boolean => text.trim() !== "" && !UNSEEN.test(text);

/** Says what {@link isLine} asks for. */
export const LINE_NEEDED = "needs words on one line, without control characters";
