/** Words that programs write where they have nothing, in lower case. */
const NOTHING = new Set([
  "null",
  "(null)",
  "<null>",
  "\\n",
  "nan",
  "<na>",
  "n/a",
  "#n/a",
  "none",
  "nil",
  "undefined",
  "(not set)",
  "not set",
  "(none)",
  "[object object]",
  "nat",
  "[null]",
  "n.a.",
  "#ref!",
  "#value!",
  "#name?",
  "#div/0!",
  "#num!",
  "#null!",
]);

/** Words that stand for a shopper whom nobody knows, beside those for nothing. */
const NOBODY = new Set([
  "na",
  "guest",
  "(guest)",
  "anonymous",
  "anon",
  "unknown",
  "(unknown)",
  "empty",
  "(empty)",
  "-",
  "--",
  "\u2013",
  "\u2014",
  "n/d",
  "s/n",
  "(other)",
  "?",
  ".",
  "missing",
  "(missing)",
  "blank",
  "(blank)",
  "false",
  "nobody",
  "no user",
  "unknown user",
  "not provided",
  "(not provided)",
  "not available",
  "not logged in",
  "00000000-0000-0000-0000-000000000000",
  "gast",
  "invité",
  "invité(e)",
  "invitado",
  "ospite",
  "convidado",
  "gość",
  "gäst",
  "walk-in",
  "walk-in customer",
  "no customer",
  "k.a.",
  "n.v.",
  "n.d.",
]);
/** A name that a program was to fill in, and did not: `{{ user_id }}`, `${userId}`, `%USER_ID%`. */
const MAY_BE_PLACEHOLDER = new Set(["{", "$", "%"]);
const PLACEHOLDER = /^(?:\{\{.*\}\}|\$\{.*\}|%\w+%)$/;
const LONGEST = 36;

/** The first characters of words, capitals too; most texts begin otherwise, and are looked up no further. */
function firstCharacters(words: Iterable<string>): Uint8Array {
  const first = new Uint8Array(128);
  for (const word of words) {
    for (const character of [word[0], word[0].toUpperCase()]) first[character.charCodeAt(0)] = 1; // beyond 127: looked up anyway
  }
  return first;
}
const BEGINS_NOTHING = firstCharacters([...NOTHING, " ", "\t"]);
const BEGINS_NOBODY = firstCharacters([...NOTHING, ...NOBODY, ...MAY_BE_PLACEHOLDER]);

/** Whether a text says that there is nothing. */
export function isNullWord(text: string): boolean {
  if (BEGINS_NOTHING[text.charCodeAt(0)] !== 1) return false;
  return text.length <= LONGEST && NOTHING.has(text.trim().toLowerCase());
}

/** A first and a last name, neither of which is there: `null null`. */
function isNothingTwice(word: string): boolean {
  const blank = word.indexOf(" ");
  return blank > 0 && word.length === 2 * blank + 1 && NOTHING.has(word.slice(0, blank)) &&
    word.startsWith(word.slice(0, blank), blank + 1);
}

/** Whether JSON has something in place of a shopper's id that can be none: `true`, 0, or an object or list of nothing. */
export function isNoId(user: unknown): boolean {
  if (typeof user === "boolean" || user === 0) return true;
  return typeof user === "object" && user !== null && Object.keys(user).length === 0;
}

/** Whether the id of a shopper is none: a word for nothing, or for a guest. */
export function isNobody(user: string): boolean {
  if (user.length > LONGEST) return false;
  const trimmed = user.trim();
  if (BEGINS_NOBODY[trimmed.charCodeAt(0)] === 0) return false;
  const word = trimmed.toLowerCase();
  return NOTHING.has(word) || NOBODY.has(word) || isNothingTwice(word) ||
    (MAY_BE_PLACEHOLDER.has(word[0]) && PLACEHOLDER.test(word));
}
