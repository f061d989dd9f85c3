const MARKS = /["\\{}[\]]/g;

/**
 * Tells whether JSON is nested deeper than `max`, without reading it: a parser, and whatever walks over what it gives,
 * takes its time, or fails, over a million of brackets. Text within strings does not count.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(isDeeper('[[["]]]]"]]]', 2), true);
 * assert.equal(isDeeper('{"a": "[[[["}', 2), false);
 * ```
 */
export function isDeeper(json: string, max: number): boolean {
  let depth = 0;
  let inString = false;
  MARKS.lastIndex = 0;
  for (let found = MARKS.exec(json); found; found = MARKS.exec(json)) {
    const mark = found[0];
    if (inString) {
      if (mark === "\\") MARKS.lastIndex++;
      else if (mark === '"') inString = false;
    } else if (mark === '"') inString = true;
    else if (mark === "[" || mark === "{") {
      if (++depth > max) return true;
    } else depth--;
  }
  return false;
}
