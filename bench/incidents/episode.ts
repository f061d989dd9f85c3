import { DAY_MS } from "../../src/core/time.ts";
import type { Answer } from "../../src/retraining/check.ts";
import type { Truth } from "./inject.ts";
import type { SentEvent } from "./rows.ts";
import type { Checked, Shop } from "./shop.ts";

/** Broken data may be named so long after they ended; what passes is watched so long after it; what lasts, from its start. */
const NAMED_WITHIN_MS = 7 * DAY_MS;
const WATCHED_MS = 28 * DAY_MS;
const LASTING_MS = 56 * DAY_MS;
/** Days between checks: broken data are looked for every day, outcomes come in slowly; a burst is looked at from near, too. */
const DAYS_BETWEEN: Record<Truth["answer"], number> = {
  "fix data first": 1,
  wait: 7,
  recalibrate: 4,
  retrain: 4,
};
const FIRST_DAYS: Record<Truth["answer"], readonly number[]> = {
  "fix data first": [],
  wait: [1, 2, 4],
  recalibrate: [],
  retrain: [],
};

/** How an episode went. */
export interface Episode {
  /** what it came to: see `judged` */
  readonly answer: Answer;
  readonly right: boolean;
  /** days from the start of the incident to the right answer; of passing kinds and controls: null */
  readonly daysToRight: number | null;
  readonly days: number;
  /** kinds of quality findings of this incident that the last check called broken */
  readonly named: readonly string[];
  readonly checks: readonly Checked[];
}

/** The moments at which an incident is checked. */
function momentsOf(truth: Truth): number[] {
  const first = FIRST_DAYS[truth.answer];
  const days = DAYS_BETWEEN[truth.answer];
  const wholeDays = Math.floor((watchedUntil(truth) - truth.fromMs) / DAY_MS);
  const regular = Array.from({ length: Math.floor(wholeDays / days) }, (_, i) => (i + 1) * days);
  return [...first, ...regular].map((day) => truth.fromMs + day * DAY_MS);
}

/** The last moment at which an incident is checked. */
const watchedUntil = ({ answer, fromMs, toMs }: Truth): number =>
  answer === "retrain" ? fromMs + LASTING_MS : toMs + (answer === "wait" ? WATCHED_MS : NAMED_WITHIN_MS);

/**
 * Feeds what the shop sends and checks one model as time goes on, until the episode is decided.
 * @param events everything sent, in order; what was sent before the incident is in the shop already
 */
export async function runEpisode(
  shop: Shop,
  model: string,
  { events, truth }: { events: readonly SentEvent[]; truth: Truth },
): Promise<Episode> {
  const checks: Checked[] = [];
  let next = events.findIndex(({ sentMs }) => sentMs >= truth.fromMs);
  for (const asOfMs of momentsOf(truth)) {
    const from = next;
    while (next < events.length && events[next].sentMs < asOfMs) next++;
    await shop.receive(events.slice(from, next));
    checks.push(await shop.check(model, asOfMs));
    if (decided(truth, checks[checks.length - 1])) break;
  }
  return judged(truth, checks);
}

/** Whether nothing that comes later can change what the episode came to. */
function decided(truth: Truth, check: Checked): boolean {
  if (check.answer === "retrain") return true;
  return check.answer === "fix data first" && (truth.answer === "wait" || speaksOf(truth, check).length > 0);
}

/** Findings that overlap the incident and were not told before it. */
const speaksOf = ({ fromMs, toMs }: Truth, { broken }: Checked) =>
  broken.filter((finding) => finding.toldMs > fromMs && finding.toMs > fromMs && finding.fromMs < toMs);

/**
 * What an episode came to: its last answer. Of broken data "fix data first" is right only for a finding that overlaps the
 * incident, and it ends an episode; a "retrain" ends every episode, as a cycle would begin on what there is.
 */
export function judged(truth: Truth, checks: readonly Checked[]): Episode {
  const last = checks[checks.length - 1];
  const named = [...new Set(speaksOf(truth, last).map(({ kind }) => kind))];
  const right = last.answer === truth.answer && (truth.answer !== "fix data first" || named.length > 0);
  const days = (last.asOfMs - truth.fromMs) / DAY_MS;
  return {
    answer: last.answer,
    right,
    daysToRight: right && truth.answer !== "wait" ? days : null,
    days,
    named,
    checks,
  };
}
