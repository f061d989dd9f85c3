import assert from "node:assert/strict";
import { readComponents } from "./components.ts";
import { isAllowed, licenceFaults } from "./licences.ts";
import { billOf } from "./sbom.ts";

const components = await readComponents();
const settings = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));

Deno.test("the bill of materials names every locked package once, with its hash, and what each needs", () => {
  const bill = billOf("1.0.0", components);
  const refs = bill.components.map((component) => component["bom-ref"]);
  assert.ok(refs.length > 500);
  assert.equal(new Set(refs).size, refs.length);
  for (const { name, version, purl, hashes } of bill.components) {
    assert.match(purl, /^pkg:npm\/(%40[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+/, name);
    assert.match(version, /^\d+\.\d+\.\d+/, name);
    assert.match(hashes[0].content, /^[0-9a-f]{128}$/, name);
  }
  const known = new Set(refs);
  for (const { ref, dependsOn } of bill.dependencies) {
    assert.deepEqual(dependsOn.filter((needed) => !known.has(needed)), [], ref);
  }
  const hono = bill.components.find(({ name }) => name === "hono")!;
  assert.deepEqual((hono as { licenses?: unknown }).licenses, [{ expression: "MIT" }]);
});

Deno.test("every direct dependency is pinned to one version, and is in the lock file", () => {
  for (const [name, specifier] of Object.entries<string>(settings.imports)) {
    if (specifier.startsWith("./")) continue;
    const [, id, version] = /^npm:(@?[^@]+)@(.+)$/.exec(specifier) ?? [];
    assert.match(version ?? "", /^\d+\.\d+\.\d+[\w.-]*$/, `${name}: ${specifier} is no single version`);
    assert.ok(components.some((c) => c.name === id && c.version === version), specifier);
  }
});

Deno.test("licences of installed packages are let in, and nothing may run at its installation but what is listed", () => {
  assert.deepEqual(licenceFaults(components), []);
  assert.deepEqual(settings.allowScripts, ["npm:@swc/core@1.16.18"]);
});

for (
  const [expression, want] of [
    ["MIT", true],
    ["(MIT OR GPL-3.0)", true],
    ["Apache-2.0 AND BSL-1.0", true],
    ["Apache-2.0 AND GPL-2.0", false],
    ["GPL-3.0-only", false],
    ["SEE LICENSE IN LICENSE", false],
  ] as const
) Deno.test(`isAllowed() is ${want} for ${expression}`, () => assert.equal(isAllowed(expression), want));

Deno.test("licenceFaults() names a package with a licence that is not let in", () => {
  const [first] = components.filter((c) => c.isInstalled);
  const copyleft = { ...first, name: "copyleft", version: "1.0.0", licence: "GPL-3.0-only" };
  assert.deepEqual(licenceFaults([...components, copyleft]), ["copyleft@1.0.0: GPL-3.0-only"]);
});
