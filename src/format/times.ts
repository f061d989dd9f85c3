/** Durations and moments as people read them. */
const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

/** 188_000 ms -> "3 min 8 s"; days from 48 hours on. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (ms < 995) return `${Math.max(1, Math.round(ms))} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  if (s < MINUTE_S) return `${s} s`;
  if (s < HOUR_S) return `${Math.floor(s / MINUTE_S)} min${s % MINUTE_S ? ` ${s % MINUTE_S} s` : ""}`;
  if (s < 2 * DAY_S) {
    const minutes = Math.floor(s % HOUR_S / MINUTE_S);
    return `${Math.floor(s / HOUR_S)} h${minutes ? ` ${minutes} min` : ""}`;
  }
  return `${Math.round(s / DAY_S).toLocaleString("en")} days`;
}

/** Ms between two ISO times. */
export const msBetween = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

/** Formats a moment: a `day` is a cut-off of the data and stays in UTC wherever the reader is. */
export type MomentKind = "day" | "moment" | "clock";

const FORMATS: Readonly<Record<MomentKind, Intl.DateTimeFormatOptions>> = {
  day: { day: "numeric", month: "short", year: "numeric" },
  moment: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" },
  clock: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

/** An ISO time in words, in `zone` (an IANA name). */
export const moment = (iso: string, kind: MomentKind, zone = "UTC"): string =>
  new Date(iso).toLocaleString("en-GB", { ...FORMATS[kind], timeZone: kind === "day" ? "UTC" : zone });
