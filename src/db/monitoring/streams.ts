import { inTransaction, type Sql } from "../connect.ts";

/** A streaming detector of a version, as it was after the last error it read. */
export interface Stream {
  detector: string;
  /** errors read, also before its alarms */
  seen: number;
  lastAsOf: string | null;
  lastId: number;
  state: unknown;
}

export interface StreamAlarm {
  detector: string;
  seen: number;
  /** moment of the prediction whose outcome made it speak */
  asOf: string;
  direction: "up" | "down" | "either";
}

/** Runs `work` alone with the streams of a version: who feeds them at the same time waits, and finds them fed. */
export function withStreams<T>(
  sql: Sql,
  { model, version }: { model: string; version: number },
  work: (tx: Sql, streams: Stream[]) => Promise<T>,
): Promise<T> {
  return inTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext(${`streams of ${model} ${version}`}))`;
    const streams = await tx<Stream[]>`select detector, seen, last_as_of, last_id, state from streams
      where model = ${model} and version = ${version} order by detector`;
    return await work(tx, [...streams]);
  });
}

/** Stores how far a detector is, and the alarms it gave on the way. */
export async function saveStream(
  sql: Sql,
  { model, version }: { model: string; version: number },
  { detector, seen, lastAsOf, lastId, state }: Stream,
  alarms: readonly Omit<StreamAlarm, "detector">[],
): Promise<void> {
  await sql`insert into streams (model, version, detector, seen, last_as_of, last_id, state)
    values (${model}, ${version}, ${detector}, ${seen}, ${lastAsOf}, ${lastId}, ${sql.json(state as never)})
    on conflict (model, version, detector) do update set seen = excluded.seen, last_as_of = excluded.last_as_of,
      last_id = excluded.last_id, state = excluded.state`;
  for (const alarm of alarms) {
    await sql`insert into stream_alarms (model, version, detector, seen, as_of, direction)
      values (${model}, ${version}, ${detector}, ${alarm.seen}, ${alarm.asOf}, ${alarm.direction})`;
  }
}

/**
 * Each detector of a version: errors it read, its alarms that errors did not fall, and the newest of them.
 * @param options.madeByMs of predictions made by then: the outcomes of later ones were not known at the look
 */
export async function streamSummaries(
  sql: Sql,
  { model, version, madeByMs }: { model: string; version: number; madeByMs: number },
): Promise<{ detector: string; seen: number; alarms: number; lastAlarm: string | null }[]> {
  return [
    ...await sql<{ detector: string; seen: number; alarms: number; lastAlarm: string | null }[]>`
    select s.detector, s.seen, count(a.seen)::int as alarms, max(a.as_of) as last_alarm
    from streams s left join stream_alarms a on a.model = s.model and a.version = s.version
      and a.detector = s.detector and a.direction <> 'down'
      and a.as_of <= to_timestamp(${madeByMs}::float8 / 1000)
    where s.model = ${model} and s.version = ${version}
    group by s.detector, s.seen order by s.detector`,
  ];
}
