import assert from "node:assert/strict";
import { closeAlert, openAlert } from "../../src/db/alerts/alerts.ts";
import { anAlert, NOW_MS } from "../app/alerts/support.ts";
import { withServed } from "./support.ts";

Deno.test("perennial alerts shows what is open, ack says who has seen it, --all what has closed", () =>
  withServed(async ({ run, sql }) => {
    assert.equal((await run(["alerts"])).out, "No open alerts; --all shows closed ones too");
    const { id } = await openAlert(sql, anAlert(), { nowMs: NOW_MS });
    await openAlert(sql, anAlert(), { nowMs: NOW_MS });
    const shown = await run(["alerts"]);
    assert.equal(
      shown.out,
      `${
        String(id).padStart(4)
      }  warning   drift, since 2026-11-24 09:00, found 2 times\n      ${anAlert().title}`,
    );
    const ack = await run(["alerts", "ack", String(id), "--why", "known"]);
    assert.match(ack.out, new RegExp(`^Alert ${id} is acknowledged by owner: churn: shoppers`));
    assert.match((await run(["alerts"])).out, /acknowledged by owner at 2011-09-01 00:00: known$/);
    await closeAlert(sql, anAlert().key, { why: "gone", nowMs: NOW_MS });
    assert.equal((await run(["alerts"])).out, "No open alerts; --all shows closed ones too");
    assert.match((await run(["alerts", "--all"])).out, /closed 2026-11-24 09:00: gone$/);
    assert.equal(JSON.parse((await run(["alerts", "--all", "--json"])).out)[0].id, id);
  }));

Deno.test("perennial alerts ack says what is wrong", () =>
  withServed(async ({ run }) => {
    assert.equal((await run(["alerts", "ack", "7"])).code, 2);
    assert.equal((await run(["alerts", "ack", "first", "--why", "w"])).code, 2);
    const unknown = await run(["alerts", "ack", "7", "--why", "w"]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /Cannot find alert "7"/);
  }));
