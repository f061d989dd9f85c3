import type { ComponentChildren } from "preact";
import { moment, type MomentKind } from "../src/format/figures.ts";
import type { Badge, IconName } from "./labels.ts";

const SHAPES: Readonly<Record<IconName | "out" | "lock", ComponentChildren>> = {
  good: <circle cx="6" cy="6" r="5.5" />,
  watch: <path d="M6 .5 12 11.5H0Z" />,
  bad: <path d="M6 0 12 6 6 12 0 6Z" />,
  unknown: <circle cx="6" cy="6" r="4.75" class="hollow broken" />,
  running: <path d="M1.5 .5 11.5 6 1.5 11.5Z" />,
  stopped: <path d="M1.5 1h3v10h-3ZM7.5 1h3v10h-3Z" />,
  back: <path class="hollow" d="M3.5.8.9 3.4l2.6 2.6M1.2 3.4h5.6a3.6 3.6 0 0 1 0 7.2H3" />,
  out: <path class="hollow" d="M2 10 10 2M4.5 2H10v5.5" />,
  lock: (
    <>
      <path d="M2 5.5h8V12H2Z" />
      <path class="hollow" d="M3.75 6V3.5a2.25 2.25 0 0 1 4.5 0V6" />
    </>
  ),
};

export function StatusIcon({ name }: { name: IconName | "out" | "lock" }) {
  return <svg class="glyph" viewBox="0 0 12 12" aria-hidden="true">{SHAPES[name]}</svg>;
}

/** Shows a status as an icon and a word; `children` take the place of the word. */
export function StatusBadge({ badge, children }: { badge: Badge; children?: ComponentChildren }) {
  return (
    <span class="status" data-status={badge.tone}>
      <StatusIcon name={badge.glyph} />
      <span>{children ?? badge.word}</span>
    </span>
  );
}

/** A time drawn on the server; the browser rewrites it in the reader's zone. */
export function Time({ iso, as }: { iso: string; as: MomentKind }) {
  return <time dateTime={iso} data-as={as}>{moment(iso, as)}</time>;
}

/** A bar that grows: `grown` 0..1. Drawn as SVG, since the content policy allows no inline style. */
export function ProgressBar({ grown, meter = false }: { grown: number; meter?: boolean }) {
  const width = `${(Math.min(1, Math.max(0, grown)) * 100).toFixed(1)}%`;
  return (
    <svg class={meter ? "stem meter" : "stem"} aria-hidden="true">
      <rect class="bar" width="100%" height="100%" />
      <rect class="bar new" width={width} height="100%" />
    </svg>
  );
}

/** Perennial's own sign. */
export function Logo() {
  return (
    <svg viewBox="0 0 22 22" aria-hidden="true">
      <circle class="ring" cx="10" cy="12" r="2" />
      <circle class="ring" cx="10.5" cy="11.5" r="5.5" />
      <circle class="ring now" cx="11" cy="11" r="9.5" />
    </svg>
  );
}
