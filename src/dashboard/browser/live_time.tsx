import { clock, zone } from "./live.ts";
import { duration, moment, type MomentKind } from "../../format/figures.ts";

/** A time inside an island, in the reader's zone once the browser has said it. */
export function LiveTime({ iso, as }: { iso: string; as: MomentKind }) {
  return <time dateTime={iso}>{moment(iso, as, zone.value)}</time>;
}

const LATE_MS = 60_000;

/** Counts down to a moment; says so when it has passed and nothing happened. */
export function Countdown({ iso }: { iso: string }) {
  const left = clock.value === null ? null : Date.parse(iso) - clock.value;
  if (left === null) return <LiveTime iso={iso} as="moment" />;
  if (left < -LATE_MS) {
    return (
      <span>
        <span class="status" data-status="watch">Overdue</span> by {duration(-left)}{" "}
        <small>
          was due <LiveTime iso={iso} as="moment" />; is a worker running?
        </small>
      </span>
    );
  }
  return (
    <span>
      <span role="timer">{left > 0 ? `in ${duration(left)}` : "now"}</span>{" "}
      <small>
        at <LiveTime iso={iso} as="moment" />
      </small>
    </span>
  );
}
