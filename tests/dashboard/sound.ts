import assert from "node:assert/strict";
import { parseHTML } from "linkedom";

/** Code or style within the page (but for Fresh's own script, by its nonce), or a number that came to nothing. */
const ODD = /<style|\sstyle=|\son\w+=|<script(?! type="module" (src="\/|nonce="))|NaN|undefined|Infinity/;

/** A page that holds to the content policy, shows no odd number, and names nothing twice. */
export function soundPage(html: string): Document {
  assert.doesNotMatch(html, ODD);
  const { document } = parseHTML(html);
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  assert.deepEqual(ids, [...new Set(ids)]);
  return document;
}
