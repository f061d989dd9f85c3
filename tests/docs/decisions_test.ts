import assert from "node:assert/strict";

const FOLDER = new URL("../../docs/decisions/", import.meta.url);
const STATUS = /^Date: \d{4}-\d\d-\d\d\. Status: (proposed|accepted|superseded)\b/m;

interface Entry {
  readonly file: string;
  readonly title: string;
  readonly status: string;
}

/** Number, title and status, as a decision's own page says them. */
function readDecision(file: string, text: string): Entry {
  const title = text.match(/^# \d{4} (.+)$/m);
  const status = text.match(STATUS);
  assert.ok(title && status, `${file} needs a heading "# 0000 Title" and a line "Date: ... Status: ..."`);
  return { file, title: title[1], status: status[1] };
}

/** The rows of the index that link a decision and say something about it. */
function readIndex(markdown: string): Entry[] {
  const rows = markdown.matchAll(/^\| \[\d{4}\]\(([^)]+)\) +\| (.+?) +\| (\w+) +\| (.+?) +\|$/gm);
  return [...rows].map(([, file, title, status]) => ({ file, title, status }));
}

Deno.test("docs/decisions/README.md lists every decision by its number, title and status", async () => {
  const decisions: Entry[] = [];
  for await (const { name } of Deno.readDir(FOLDER)) {
    if (!/^\d{4}-.+\.md$/.test(name)) continue;
    decisions.push(readDecision(name, await Deno.readTextFile(new URL(name, FOLDER))));
  }
  decisions.sort((a, b) => a.file < b.file ? -1 : 1);
  assert.ok(decisions.length >= 23);
  assert.deepEqual(readIndex(await Deno.readTextFile(new URL("README.md", FOLDER))), decisions);
});

Deno.test("readIndex() takes no row without a line about the decision", () =>
  assert.deepEqual(
    readIndex("| [0001](0001-a.md) | A | accepted |  |\n| [0002](0002-b.md) | B | accepted | Why |"),
    [
      { file: "0002-b.md", title: "B", status: "accepted" },
    ],
  ));
