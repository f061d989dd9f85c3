/** kill -9 of the whole installation at the moments at which most can go wrong; `deno task chaos` has nine of them. */
import assert from "node:assert/strict";
import { liveThroughKills } from "./life.ts";

const options = { ignore: Deno.build.os !== "linux", sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "kill -9 of everything loses nothing and does nothing twice",
  options,
  (t) => liveThroughKills(async (name, work) => assert.ok(await t.step(name, work), name), { long: false }),
);
