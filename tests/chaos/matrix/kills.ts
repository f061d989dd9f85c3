/** Which activity is killed at which point: kept in the database under test, so that it outlives those who die. */
import postgres from "postgres";

/** Before an activity does anything, after its first statement was sent, after all is done and before Temporal hears. */
export const POINTS = ["before", "during", "after"] as const;
/** SIGKILL; SIGSTOP, and SIGCONT some seconds later; or a clean stop. */
export type Fate = "kill" | "freeze" | "stop";
export type Point = (typeof POINTS)[number];

export interface Kill {
  activity: string;
  point: Point;
  workflow: string | null;
  hitAt: string | null;
  /** until the same execution of the activity has ended, elsewhere; null: not yet */
  recoveredMs: number | null;
}

/** A connection of the chaos itself. */
export const connectChaos = (url: string) =>
  postgres(url, { max: 1, onnotice: () => undefined, transform: { column: { from: postgres.toCamel } } });
export type Chaos = ReturnType<typeof connectChaos>;

/** Plans a kill of each activity. */
export async function planKills(sql: Chaos, plan: ReadonlyMap<string, Point>): Promise<void> {
  await sql`create schema chaos`;
  await sql`create table chaos.kills (activity text primary key, point text, workflow text, execution text,
    hit_at timestamptz, recovered_ms float8)`;
  for (const [activity, point] of plan) {
    await sql`insert into chaos.kills (activity, point) values (${activity}, ${point})`;
  }
}

/** Takes the kill of an activity, if nobody took it. @returns null: there is none */
export async function takeKill(
  sql: Chaos,
  { activity, workflow, execution }: { activity: string; workflow: string; execution: string },
): Promise<Point | null> {
  const [kill] = await sql<{ point: Point }[]>`
    update chaos.kills set hit_at = clock_timestamp(), workflow = ${workflow}, execution = ${execution}
    where activity = ${activity} and hit_at is null returning point`;
  return kill?.point ?? null;
}

/** Notes that an execution ended, in case it had been killed. */
export async function noteRecovery(sql: Chaos, execution: string): Promise<void> {
  await sql`update chaos.kills set recovered_ms = extract(epoch from clock_timestamp() - hit_at) * 1000
    where execution = ${execution} and recovered_ms is null`;
}

export async function listKills(sql: Chaos): Promise<Kill[]> {
  return await sql<
    Kill[]
  >`select activity, point, workflow, hit_at, recovered_ms from chaos.kills order by hit_at, activity`;
}
