import assert from "node:assert/strict";
import { allows, aRole, ROLES } from "../../src/security/roles.ts";

Deno.test("allows() gives each role what those before it may, and no more", () => {
  for (const [i, role] of ROLES.entries()) {
    for (const [j, needed] of ROLES.entries()) {
      assert.equal(allows(role, needed), i >= j, `${role} ${needed}`);
    }
  }
});

Deno.test("aRole() says a or an", () =>
  assert.deepEqual(ROLES.map(aRole), ["a viewer", "an operator", "an admin"]));
