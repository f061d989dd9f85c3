/** The third argument of a reviver, which TypeScript's library does not know yet. */
interface ReviverContext {
  readonly source?: string;
}

const LONG_NUMBER = /\d{16}/;
const WHOLE = /^-?\d+(\.0+)?$/;

/**
 * Parses JSON; a number beyond 2^53, which a number would round, comes out as its text, a whole one as its digits.
 * @throws {SyntaxError} it is not JSON
 */
export function parseExactJson(text: string): unknown {
  return LONG_NUMBER.test(text) ? JSON.parse(text, exactNumber) : JSON.parse(text);
}

function exactNumber(_key: string, value: unknown, { source }: ReviverContext = {}): unknown {
  if (typeof value !== "number" || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value;
  if (source === undefined) return value;
  return WHOLE.test(source) ? source.replace(/\.0+$/, "") : source;
}

/** Like {@link parseExactJson}, with the words that Python writes: `NaN`, which is nothing, and `Infinity`, which stays a text. */
export function parseLooseJson(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    return parseExactJson(text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (found) => {
      if (found.startsWith('"')) return found;
      return found.endsWith("NaN") ? "null" : `"${found}"`;
    }));
  }
}
