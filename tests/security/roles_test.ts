import assert from "node:assert/strict";
import { allows, aRole, type Role, ROLES } from "../../src/security/roles.ts";

const MAY: Readonly<Record<Role, Role[]>> = {
  "viewer": ["viewer"],
  "data-scientist": ["viewer", "data-scientist"],
  "operator": ["viewer", "data-scientist", "operator"],
  "privacy-officer": ["viewer", "privacy-officer"],
  "admin": [...ROLES],
};

for (const role of ROLES) {
  Deno.test(`allows() gives ${aRole(role)} what its role may, and no more`, () =>
    assert.deepEqual(ROLES.filter((needed) => allows(role, needed)), MAY[role]));
}

Deno.test("aRole() says a or an", () =>
  assert.deepEqual(ROLES.map(aRole), [
    "a viewer",
    "a data-scientist",
    "an operator",
    "a privacy-officer",
    "an admin",
  ]));
