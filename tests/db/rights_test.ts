import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AGEING_TABLES } from "../../src/db/retention.ts";
import { grantApp } from "../../src/db/roles.ts";
import { freshName } from "../support/installation.ts";
import { withDatabase } from "./database.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The tables that statements of the code delete from and change, as far as they are named there. */
async function usedByCode(): Promise<{ deleted: Set<string>; changed: Set<string> }> {
  const deleted = new Set<string>([...AGEING_TABLES]); // named by a parameter
  const changed = new Set<string>();
  for (const folder of ["src", "activities"]) {
    for await (const text of sourcesIn(join(ROOT, folder))) {
      for (const [, table] of text.matchAll(/\bdelete from (\w+)/g)) deleted.add(table);
      for (const [, table] of text.matchAll(/\bupdate (\w+)\b[^`]*?\bset\b/g)) changed.add(table);
      for (const [, table] of text.matchAll(/\binsert into (\w+)[^`]*?\bdo update\b/g)) changed.add(table);
    }
  }
  return { deleted, changed };
}

async function* sourcesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* sourcesIn(join(folder, name));
    else if (name.endsWith(".ts")) yield await Deno.readTextFile(join(folder, name));
  }
}

Deno.test("the app's role deletes from the tables that its code deletes from, and from no other", () =>
  withDatabase(async (owner) => {
    const role = freshName("rights").replaceAll(/[^a-z0-9_]/g, "_");
    await grantApp(owner, { role, password: "0123456789abcdef0123456789abcdef" });
    try {
      const { deleted, changed } = await usedByCode();
      const rights =
        await owner`select relname as name, has_table_privilege(${role}, oid, 'delete') as may_delete,
        has_table_privilege(${role}, oid, 'update') as may_change, has_table_privilege(${role}, oid, 'truncate') as empty
        from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname`;
      const names = (isSo: (row: (typeof rights)[number]) => boolean) =>
        rights.filter(isSo).map(({ name }) => name as string);
      assert.deepEqual(names(({ mayDelete }) => mayDelete), names(({ name }) => deleted.has(name)));
      assert.deepEqual(names(({ name, mayChange }) => changed.has(name) && !mayChange), []);
      assert.deepEqual(names(({ empty }) => empty), []);
      assert.deepEqual(names(({ mayChange }) => !mayChange), [
        "audit",
        "audit_checkpoints",
        "audit_head",
        "backtest_ends",
        "backtest_steps",
        "backtest_uses",
        "backtests",
        "checks",
        "config_versions",
        "impacts",
        "migrations",
        "redactions",
        "rollout_looks",
        "serving_history",
        "snapshots",
        "stream_alarms",
      ]);
    } finally {
      await owner`drop owned by ${owner(role)}`;
      await owner`drop role ${owner(role)}`;
    }
  }));
