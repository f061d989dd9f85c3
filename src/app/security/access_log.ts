import type { Log } from "../../core/log.ts";
import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import { DAY_MS, HOUR_MS } from "../../core/time.ts";
import { writeAudit } from "../../db/access/audit.ts";
import type { Sql } from "../../db/connect.ts";

/** Kinds of access that the audit has, each once a period for one caller and one target. */
const PERIOD_MS = {
  "first use of a key": DAY_MS,
  "refused": HOUR_MS,
  "read of persons' data": HOUR_MS,
  "export": HOUR_MS,
} as const;
type AccessKind = keyof typeof PERIOD_MS;

interface Access {
  kind: AccessKind;
  /** name of the key; empty: none was needed or known */
  who: string;
  target: string;
  address: string;
  /** why it was refused, or what was read */
  after?: Record<string, unknown>;
}

/** Writes down who gets in, who is refused, and who reads what is about persons. */
export interface AccessLog {
  /** Never throws and is not waited for: no request takes longer for it, and none fails by it. */
  note(access: Access): void;
}

const NOTED_MAX = 10_000;
/** An address that tries many keys and routes is told of so often an hour: nobody can fill the audit. */
const REFUSALS_MAX = 60;

/**
 * Returns a log that writes each kind of access to the audit once a period, whatever the number of requests and
 * processes: the period is part of the row's request.
 */
export function createAccessLog(
  { sql, clock, log }: { sql: Sql; clock: Clock; log: Log },
): AccessLog {
  const noted = new Set<string>();
  const refusals = new Map<string, number>();
  const mayTell = (callerAndPeriod: string): boolean => {
    const count = (refusals.get(callerAndPeriod) ?? 0) + 1;
    if (refusals.size >= NOTED_MAX) refusals.clear();
    refusals.set(callerAndPeriod, count);
    return count <= REFUSALS_MAX;
  };
  return {
    note({ kind, who, target, address, after }) {
      const period = Math.floor(clock() / PERIOD_MS[kind]);
      const caller = who || address;
      const requestId = `access/${kind}/${caller}/${target}/${period}`;
      if (noted.has(requestId)) return;
      if (noted.size >= NOTED_MAX) noted.clear();
      noted.add(requestId);
      if (kind === "refused" && !mayTell(`${caller}/${period}`)) return;
      const entry = { requestId, who: who || "unknown", action: kind, target, why: "" };
      writeAudit(sql, { ...entry, after: { address, ...after } }).catch((error) => {
        noted.delete(requestId);
        log(`the audit did not take "${kind}": ${messageOf(error)}`);
      });
    },
  };
}
