import type { Database } from "../db/connect.ts";
import { lastEventsMs } from "../db/events/last_events.ts";
import { readUserDays } from "../db/events/user_days.ts";
import type { FeatureSet } from "../features/set.ts";
import type { UserDay } from "../features/user_day.ts";
import type { Moment } from "../app/as_of.ts";
import type { UsersRequest } from "./prediction.ts";

/** A shopper with events, and the moment that sees them. */
export interface Shopper {
  readonly user: string;
  readonly asOfMs: number;
  readonly days: readonly UserDay[];
}

/** The shoppers of one request at its moment: each once, those without events not at all. */
interface Seen {
  readonly asOfMs: number;
  readonly shoppers: readonly Shopper[];
}

/** Reads the shoppers of many requests, with one statement for each moment that they are about: in most cases one. */
export async function readShoppers(
  sql: Database,
  requests: readonly UsersRequest[],
  { moment, featureSet: { events, session } }: { moment: Moment; featureSet: FeatureSet },
): Promise<Seen[]> {
  const wanted = { events, newest: session ? "kept" as const : undefined };
  const moments = await momentsOf(sql, requests, moment);
  const usersByMoment = new Map<number, Set<string>>(moments.map((asOfMs) => [asOfMs, new Set()]));
  requests.forEach(({ users }, i) => users.forEach((user) => usersByMoment.get(moments[i])!.add(user)));
  const reads = [...usersByMoment].map(async ([asOfMs, users]) =>
    [asOfMs, await daysOf(sql, { asOfMs, users: [...users], ...wanted })] as const
  );
  const daysByMoment = new Map(await Promise.all(reads));
  return requests.map(({ users }, i) => {
    const asOfMs = moments[i];
    const days = daysByMoment.get(asOfMs)!;
    const known = [...new Set(users)].filter((user) => days.has(user));
    return { asOfMs, shoppers: known.map((user) => ({ user, asOfMs, days: days.get(user)! })) };
  });
}

/** The moment asked for, else now; in a demo whose clock stands still, just after the newest event if that is later. */
async function momentsOf(
  sql: Database,
  requests: readonly UsersRequest[],
  moment: Moment,
): Promise<number[]> {
  const open = requests.filter(({ asOfMs }) => asOfMs === undefined);
  if (moment.clock === "wall" || open.length === 0) {
    return requests.map(({ asOfMs }) => asOfMs ?? moment.asOfMs);
  }
  const last = await lastEventsMs(sql, [...new Set(open.flatMap(({ users }) => users))]);
  return requests.map(({ users, asOfMs }) =>
    asOfMs ?? users.reduce((latestMs, user) => Math.max(latestMs, (last.get(user) ?? 0) + 1), moment.asOfMs)
  );
}

async function daysOf(
  sql: Database,
  query: Parameters<typeof readUserDays>[1],
): Promise<Map<string, readonly UserDay[]>> {
  const daysByUser = new Map<string, readonly UserDay[]>();
  for await (const { userKey, days } of readUserDays(sql, query)) daysByUser.set(userKey, days);
  return daysByUser;
}

/** The features of shoppers with events, packed. */
export async function packed(
  shoppers: readonly Shopper[],
  { names, rows }: FeatureSet,
  horizonDays: number,
): Promise<Float32Array> {
  const features = new Float32Array(shoppers.length * names.length);
  const seen = shoppers.map(({ days, asOfMs }) => ({ days, asOfMs, horizonDays }));
  (await rows(seen)).forEach((row, i) => features.set(row, i * names.length));
  return features;
}
