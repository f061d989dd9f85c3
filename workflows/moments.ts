/**
 * Refuses what is no moment of these two thousand years: an activity that is asked about it would fail for hours, and hold
 * up every other. Updates can be sent by hand, with anything in them.
 * @throws {Error} naming it
 */
export function needMoment(asOf: unknown, what: string): void {
  const isMoment = typeof asOf === "string" && asOf.length <= 40 && /^[12]\d{3}-/.test(asOf) &&
    !Number.isNaN(Date.parse(asOf));
  if (isMoment) return;
  throw new Error(`Cannot ${what} as of ${JSON.stringify(asOf)?.slice(0, 60)}: need an ISO 8601 time`);
}
