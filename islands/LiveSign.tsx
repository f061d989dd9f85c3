import { useEffect } from "preact/hooks";
import { clock, connection, overview, startListening } from "../src/dashboard/browser/live.ts";
import { LiveTime } from "../src/dashboard/browser/live_time.tsx";
import { StatusBadge } from "../components/status_badge.tsx";

const BADGES = {
  page: { glyph: "unknown", tone: "unknown", word: "As of" },
  live: { glyph: "good", tone: "good", word: "Live" },
  lost: { glyph: "watch", tone: "watch", word: "Connection lost, as of" },
} as const;

/** Keeps the overview current, and says whether it is. */
export default function LiveSign({ readAt }: { readAt: string }) {
  useEffect(startListening, []);
  const live = connection.value === "live" && clock.value !== null;
  const readTime = live ? new Date(clock.value!).toISOString() : overview.value?.readAt ?? readAt;
  return (
    <span class="live-sign" role="status">
      <StatusBadge badge={BADGES[connection.value]} /> <LiveTime iso={readTime} as="clock" />
    </span>
  );
}
