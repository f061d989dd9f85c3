import assert from "node:assert/strict";
import { VERSION } from "../../src/core/version.ts";

const ROOT = new URL("../../", import.meta.url);
const changelog = await Deno.readTextFile(new URL("CHANGELOG.md", ROOT));
const sections = [...changelog.matchAll(/^## (\d+)\.(\d+)\.(\d+) \((unreleased|\d{4}-\d\d-\d\d)\)$/gm)];
const versions = sections.map(([, major, minor, patch]) => [major, minor, patch].join("."));

Deno.test("VERSION is that of the newest section of CHANGELOG.md", () => assert.equal(VERSION, versions[0]));

Deno.test("CHANGELOG.md has its versions newest first, each once, and only the newest may be unreleased", () => {
  const numbers = sections.map(([, ...parts]) =>
    Number(parts[0]) * 1e6 + Number(parts[1]) * 1e3 + Number(parts[2])
  );
  assert.deepEqual(numbers, [...new Set(numbers)].sort((a, b) => b - a));
  assert.equal(
    (changelog.match(/^## /gm) ?? []).length,
    sections.length,
    "a heading is no version with a date",
  );
  assert.deepEqual(sections.slice(1).filter(([, , , , date]) => date === "unreleased"), []);
});

Deno.test("every version whose histories are replayed has its section in CHANGELOG.md", () => {
  const recorded = [...Deno.readDirSync(new URL("tests/histories/", ROOT))].filter(({ isDirectory }) =>
    isDirectory
  );
  assert.ok(recorded.length >= 4);
  assert.deepEqual(recorded.map(({ name }) => name).filter((name) => !versions.includes(name)), []);
});
