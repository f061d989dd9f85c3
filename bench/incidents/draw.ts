import type { Context } from "./kind.ts";
import { sent, type SentEvent, type ShopRow } from "./rows.ts";

export const pick = <T>(from: readonly T[], random: () => number): T =>
  from[Math.floor(random() * from.length)];

/** From `weak` at strength 0 to `strong` at 1. */
export const between = (strength: number, weak: number, strong: number): number =>
  weak + strength * (strong - weak);

export const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Whether a row lies within the incident. */
export const during = ({ startMs, endMs }: Context, { timeMs }: ShopRow): boolean =>
  timeMs >= startMs && timeMs < endMs;

/** Draws, once for each name, whether it is among a share: the rows of a session or a product share their fate. */
export function memberOf(share: number, random: () => number): (name: string | null) => boolean {
  const drawn = new Map<string, boolean>();
  return (name) => {
    if (name === null) return random() < share;
    const known = drawn.get(name) ?? random() < share;
    drawn.set(name, known);
    return known;
  };
}

/** Sends the rows within the incident, of a share of the sessions, changed; null: it is not sent. */
export function changeShare(
  context: Context,
  share: number,
  change: (row: ShopRow) => SentEvent | null,
): SentEvent[] {
  const touched = memberOf(share, context.random);
  return context.rows.flatMap((row) => {
    const event = during(context, row) && touched(row.session) ? change(row) : sent(row);
    return event === null ? [] : [event];
  });
}

/** The rows of each session within `[fromMs, toMs)`. */
export function sessionsWithin(rows: readonly ShopRow[], fromMs: number, toMs: number): ShopRow[][] {
  const sessions = new Map<string, ShopRow[]>();
  for (const row of rows) {
    if (row.timeMs < fromMs || row.timeMs >= toMs || row.session === null) continue;
    const key = `${row.user} ${row.session}`;
    const known = sessions.get(key);
    if (known) known.push(row);
    else sessions.set(key, [row]);
  }
  return [...sessions.values()];
}
