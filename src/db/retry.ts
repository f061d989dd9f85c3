import { type Database, inTransaction, type Sql } from "./connect.ts";

const ATTEMPTS = 5;
const CONFLICTS = new Set(["40001", "40P01"]); // serialization failure, deadlock: the loser's work was undone whole

/** Whether the database undid a transaction only because another stood in its way. */
const isConflict = (error: unknown) => CONFLICTS.has((error as { code?: string } | null)?.code ?? "");

/** Runs `work` as one transaction, again (at most 5 times) where it lost to another one. Within a transaction: once. */
export async function inSerializableTransaction<T>(sql: Sql, work: (tx: Sql) => Promise<T>): Promise<T> {
  return await withRetry(sql, () => inTransaction(sql, work));
}

/** The same for a single statement, which is a transaction of its own. */
export async function withRetry<T>(sql: Sql, statement: (sql: Sql) => Promise<T>): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await statement(sql);
    } catch (error) {
      if (!isPool(sql) || !isConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

const isPool = (sql: Sql): sql is Database => "begin" in sql;
