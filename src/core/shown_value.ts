const SHOWN_MAX = 60;

/** A value as a message shows it: cut, with control characters and half surrogate pairs escaped. */
export function shownValue(value: unknown): string {
  const text = typeof value === "string" ? value : textOf(value);
  const characters = [...text.slice(0, 4 * SHOWN_MAX)];
  const cut = characters.length > SHOWN_MAX || text.length > 4 * SHOWN_MAX;
  const shown = characters.slice(0, SHOWN_MAX).map(escaped).join("");
  return cut ? `${shown}...` : shown;
}

/** The end of a message about a value that cannot be used; nothing where there is none. */
export function notText(value: unknown): string {
  if (value === undefined) return "";
  return `, not ${typeof value === "string" ? `"${shownValue(value)}"` : shownValue(value)}`;
}

function textOf(value: unknown): string {
  if (typeof value === "number") return String(value); // JSON has no word for infinity
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(typeof value);
  }
}

// deno-lint-ignore no-control-regex -- control characters are what it finds
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]/;

function escaped(character: string): string {
  if (character.length > 1 || !HIDDEN.test(character)) return character;
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  if (character === "\t") return "\\t";
  const code = character.charCodeAt(0);
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}
