import assert from "node:assert/strict";
import { MAY_IMPORT } from "../architecture.ts";
import { readPage } from "./sources.ts";

const PAGE = "docs/architecture.md";

/** The picture of a page: groups of rooms, and which group may import which. */
interface Picture {
  readonly rooms: ReadonlyMap<string, readonly string[]>;
  readonly arrows: readonly (readonly [from: string, to: string])[];
}

/** Reads a mermaid flowchart whose boxes hold a title and the names of rooms. */
function readPicture(markdown: string): Picture {
  const [, picture = ""] = markdown.match(/```mermaid\n([\s\S]*?)```/) ?? [];
  const boxes = picture.matchAll(/^ +(\w+)\["<b>[^<]+<\/b><br\/>([^"]+)"\]$/gm);
  const arrows = picture.matchAll(/^ +(\w+) --> (\w+)$/gm);
  return {
    rooms: new Map([...boxes].map(([, group, rooms]) => [group, rooms.split(", ")])),
    arrows: [...arrows].map(([, from, to]) => [from, to] as const),
  };
}

/** The groups that one reaches along the arrows, itself included. */
function reached({ arrows }: Picture, from: string): Set<string> {
  const groups = new Set([from]);
  for (const group of groups) {
    arrows.filter(([start]) => start === group).forEach(([, end]) => groups.add(end));
  }
  return groups;
}

/** Imports of code that the table allows and the picture does not show: `room -> room`. */
function hidden(picture: Picture, mayImport: Readonly<Record<string, string>>): string[] {
  const groupOf = new Map([...picture.rooms].flatMap(([group, rooms]) => rooms.map((room) => [room, group])));
  return Object.entries(mayImport).flatMap(([room, entries]) => {
    const shown = reached(picture, groupOf.get(room) ?? "");
    const targets = entries.split(" ").filter((entry) => entry in mayImport); // types, and `src` at large, have no arrow
    return targets.filter((target) => !shown.has(groupOf.get(target)!)).map((target) =>
      `${room} -> ${target}`
    );
  });
}

Deno.test("the picture of the architecture has every room once, and no other", async () => {
  const { rooms } = readPicture(await readPage(PAGE));
  assert.deepEqual([...rooms.values()].flat().sort(), Object.keys(MAY_IMPORT).sort());
});

Deno.test("the page says of every room what it is for, and of no other", async () => {
  const rows = (await readPage(PAGE)).matchAll(/^\| `([\w./]+)` +\| .+ \|$/gm);
  assert.deepEqual([...rows].map(([, room]) => room).sort(), Object.keys(MAY_IMPORT).sort());
});

Deno.test("every import that the table allows runs along the picture's arrows", async () => {
  assert.deepEqual(hidden(readPicture(await readPage(PAGE)), MAY_IMPORT), []);
});

Deno.test("the picture's arrows run one way", async () => {
  const picture = readPicture(await readPage(PAGE));
  const back = picture.arrows.filter(([from, to]) => reached(picture, to).has(from));
  assert.deepEqual(back, []);
});

Deno.test("hidden() finds an import against the arrows", () => {
  const picture = readPicture(
    '```mermaid\n  a["<b>A</b><br/>src/app"]\n  b["<b>B</b><br/>src/core, src/stats"]\n  a --> b\n```',
  );
  const table = { "src/app": "src/core", "src/core": "~src/app", "src/stats": "src/core src/app" };
  assert.deepEqual(hidden(picture, table), ["src/stats -> src/app"]);
});
