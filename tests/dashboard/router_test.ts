import assert from "node:assert/strict";
import { dashboardPages } from "../../src/dashboard/mount.ts";
import { withApp } from "../api/support.ts";

Deno.test("every route fits into one compiled matcher: walking a tree costs each prediction microseconds", () =>
  withApp(
    async ({ app }) => {
      await app.request("http://localhost/healthz");
      assert.equal(app.router.name, "SmartRouter + RegExpRouter");
    },
    {},
    (deps) => dashboardPages(deps),
  ));
