import assert from "node:assert/strict";
import { DAY_MS } from "../../../src/core/time.ts";
import { ConflictError } from "../../../src/core/errors.ts";
import {
  admitRollout,
  admitSignal,
  type HeardSignal,
  signedContent,
  UNKNOWN_CALLER,
} from "../../../src/app/control/admit.ts";
import { listAudit } from "../../../src/db/access/audit.ts";
import { connect, type Database } from "../../../src/db/connect.ts";
import { migrate } from "../../../src/db/migrate.ts";
import { createSign, signalKey } from "../../../src/security/signals.ts";
import { freshDatabase } from "../../support/installation.ts";

const NOW_MS = Date.parse("2026-11-29T12:00:00Z");
const key = signalKey("the secret of an installation");
const sign = createSign(key, () => NOW_MS);
const stop: Omit<HeardSignal, "receipt"> = {
  model: "churn",
  action: "stop",
  requestId: "r",
  by: "owner",
  why: "to see",
  running: "finish",
};
const signedStop = { ...stop, ...sign(signedContent(stop)) };

async function withDatabase(work: (sql: Database) => Promise<void>): Promise<void> {
  await using database = await freshDatabase();
  const sql = connect(database.url, { max: 2 });
  try {
    await migrate(sql);
    await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

Deno.test("admitSignal() obeys what is signed once, knows a retry, and refuses a replay", () =>
  withDatabase(async (sql) => {
    const admit = (receipt: string, obeyUnsigned = true, nowMs = NOW_MS) =>
      admitSignal(sql, { key, obeyUnsigned }, { ...signedStop, receipt }, nowMs);
    assert.deepEqual(await admit("first"), { obey: true, by: "owner" });
    assert.deepEqual(
      await admit("first"),
      { obey: true, by: "owner" },
      "the worker died before it could say so",
    );
    assert.deepEqual(await admit("second"), { obey: false, by: UNKNOWN_CALLER });
    assert.deepEqual(await admit("third", true, NOW_MS + 8 * DAY_MS), { obey: false, by: UNKNOWN_CALLER });
    const rows = (await listAudit(sql)).map((
      { who, after },
    ) => [who, (after as { refused?: string })?.refused]);
    assert.deepEqual(rows, [
      [UNKNOWN_CALLER, "its signature is too old, or of the future"],
      [UNKNOWN_CALLER, "its signature was used before"],
      ["owner", undefined],
    ]);
  }));

for (const obeyUnsigned of [true, false]) {
  Deno.test(`admitSignal() blames nobody for an unsigned signal, and says whether it was obeyed (${obeyUnsigned})`, () =>
    withDatabase(async (sql) => {
      const signal = { ...stop, receipt: "first" };
      const admission = await admitSignal(sql, { key, obeyUnsigned }, signal, NOW_MS);
      assert.deepEqual(admission, { obey: obeyUnsigned, by: UNKNOWN_CALLER });
      const [{ who, requestId, after }] = await listAudit(sql);
      assert.deepEqual([who, after], [UNKNOWN_CALLER, {
        signed: false,
        obeyed: obeyUnsigned,
        claims: { requestId: "r", by: "owner" },
      }]);
      assert.notEqual(requestId, "r/churn", "it takes no real request's place");
    }));
}

Deno.test("admitRollout() lets what is signed begin, names nobody else, and refuses where it must", () =>
  withDatabase(async (sql) => {
    const asked = {
      id: "rollout/churn/v2-r",
      model: "churn",
      version: 2,
      requestId: "r",
      by: "owner",
      why: "",
    };
    const signed = { ...asked, ...sign({ workflow: asked.id, name: "begin rollout", content: asked }) };
    const policy = { key, obeyUnsigned: false };
    assert.equal((await admitRollout(sql, policy, signed, NOW_MS)).by, "owner");
    await assert.rejects(admitRollout(sql, policy, asked, NOW_MS), ConflictError);
    await assert.rejects(admitRollout(sql, policy, { ...signed, version: 1 }, NOW_MS), ConflictError);
    const obeyed = await admitRollout(sql, { key, obeyUnsigned: true }, asked, NOW_MS);
    assert.equal(obeyed.by, UNKNOWN_CALLER);
  }));
