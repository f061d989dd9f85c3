import assert from "node:assert/strict";
import { Client } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import postgres from "postgres";
import { freshDatabase, freshNamespace, sharedInstallation, withInstallation } from "./installation.ts";

async function tables(url: string): Promise<string[]> {
  const sql = postgres(url, { max: 1 });
  try {
    const rows = await sql`select tablename from pg_tables where schemaname = 'public'`;
    return rows.map(({ tablename }) => tablename);
  } finally {
    await sql.end();
  }
}

Deno.test("freshDatabase() is empty, apart from others, and gone after use", async () => {
  await using other = await freshDatabase();
  const database = await freshDatabase();
  const sql = postgres(database.url, { max: 1 });
  await sql`create table mine (id int)`;
  assert.deepEqual([await tables(database.url), await tables(other.url)], [["mine"], []]);
  await database.dispose(); // although a connection is open
  await sql.end({ timeout: 1 });
  await assert.rejects(tables(database.url), /does not exist/);
});

Deno.test("withInstallation() hands over a database of its own on the shared servers", async () => {
  const shared = await sharedInstallation();
  await withInstallation(async ({ databaseUrl, temporalAddress }) => {
    assert.notEqual(databaseUrl, shared.databaseUrl);
    assert.equal(temporalAddress, shared.temporalAddress);
    assert.deepEqual(await tables(databaseUrl), []);
  });
});

Deno.test("freshNamespace() takes workflows with Perennial's search attributes", async () => {
  const namespace = await freshNamespace();
  const { temporalAddress } = await sharedInstallation();
  const connection = await NativeConnection.connect({ address: temporalAddress });
  try {
    const client = new Client({ connection, namespace });
    const handle = await client.workflow.start("any", {
      taskQueue: "nobody",
      workflowId: "fixed",
      searchAttributes: { PerennialModel: ["churn"] },
    });
    assert.deepEqual((await handle.describe()).searchAttributes.PerennialModel, ["churn"]);
  } finally {
    await connection.close();
  }
});
