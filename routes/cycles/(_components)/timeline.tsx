import type { Cycle } from "../../../src/retraining/cycle.ts";
import { duration, msBetween } from "../../../src/format/figures.ts";

const STEPS_MS = [
  100,
  200,
  500,
  1000,
  2000,
  5000,
  10_000,
  15_000,
  30_000,
  ...[1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440, 2880, 10_080].map((minutes) => minutes * 60_000),
];

/** Round moments of a span, in per cent of it: at most seven. */
const ticks = (totalMs: number): number[] => {
  const step = STEPS_MS.find((ms) => totalMs / ms <= 6) ?? totalMs;
  return Array.from({ length: Math.floor(totalMs / step) + 1 }, (_, i) => i * step / totalMs * 100);
};

const ROW_PX = 30;
const BAR_PX = 10;

/** The stages of a cycle as bars over its time; x in per cent, so that it fits any width and its text never scales. */
export function Timeline({ cycle, now }: { cycle: Cycle; now: string }) {
  const stages = cycle.stages.filter((s) => s.stage !== "ended");
  if (stages.length === 0) return null;
  const end = cycle.endedAt ?? now;
  const total = Math.max(1, msBetween(cycle.startedAt, end));
  const share = (iso: string) => Math.min(100, Math.max(0, msBetween(cycle.startedAt, iso) / total * 100));
  const height = stages.length * ROW_PX;
  const spoken = stages.map((s) => `${s.stage} ${duration(msBetween(s.startedAt, s.endedAt ?? end))}`).join(
    ", ",
  );
  return (
    <section class="section" aria-labelledby="timeline">
      <h2 id="timeline">
        {cycle.endedAt
          ? `From ${stages[0].stage} to ${stages.at(-1)!.stage} in ${duration(total)}`
          : `Running for ${duration(total)}`}
        <small>{spoken}</small>
      </h2>
      <svg class="plot timeline" height={height} role="img" aria-label={`Stages of the cycle: ${spoken}`}>
        {ticks(total).map((x) => (
          <g key={x}>
            <line class="grid" x1={`${x}%`} x2={`${x}%`} y1="0" y2={height} />
            <text class="mid" x={`${x}%`} y={height + 17}>{x === 0 ? "0" : duration(total * x / 100)}</text>
          </g>
        ))}
        <line class="axis" x1="0" x2="100%" y1={height} y2={height} />
        {stages.map((s, i) => {
          const from = share(s.startedAt);
          const width = Math.max(0.25, share(s.endedAt ?? end) - from);
          const middle = i * ROW_PX + ROW_PX / 2;
          const late = from + width > 80; // no room to its right
          return (
            <g key={`${s.stage} ${s.startedAt}`}>
              <text class="end strong" x="0" y={middle + 4} dx="-10">{s.stage}</text>
              <rect
                class={s.endedAt ? "bar new" : "bar now"}
                x={`${from}%`}
                width={`${width}%`}
                y={middle - BAR_PX / 2}
                height={BAR_PX}
              />
              <text
                class={late ? "halo end" : "halo"}
                x={`${late ? from : from + width}%`}
                y={middle + 4}
                dx={late ? -6 : 6}
              >
                {s.endedAt ? duration(msBetween(s.startedAt, s.endedAt)) : "running"}
              </text>
            </g>
          );
        })}
      </svg>
    </section>
  );
}
