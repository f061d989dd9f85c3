/** Each threat of docs/security.md names a test, and the test is there. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";

const ROOT = new URL("../../", import.meta.url);
const PAGE = readFileSync(new URL("docs/security.md", ROOT), "utf8");
const KINDS = ["Spoofing", "Tampering", "Repudiation", "Disclosure", "Denial", "Elevation"];

const threats = PAGE.split("\n").filter((line) => line.startsWith("| **"));

Deno.test("docs/security.md has threats of every kind of STRIDE, and no other kind", () => {
  const kinds = new Set(threats.map((line) => /^\| \*\*(\w+)\*\*: /.exec(line)?.[1]));
  assert.deepEqual([...kinds].sort(), [...KINDS].sort());
});

Deno.test("each threat of docs/security.md names tests that are there, and what stands against it", () => {
  for (const line of threats) {
    const [, threat, against, tests] = line.split("|").map((cell) => cell.trim());
    const named = [...tests.matchAll(/`([^`]+)`/g)].map(([, path]) => path);
    assert.ok(named.length > 0 && against.length > 0, threat);
    for (const path of named) {
      assert.ok(/_test\.ts$/.test(path) && existsSync(new URL(path, ROOT)), `${threat}: ${path}`);
    }
  }
});
