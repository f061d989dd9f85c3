import { overview } from "../src/dashboard/browser/live.ts";
import { counted } from "../src/format/numbers.ts";
import { moment } from "../src/format/times.ts";
import { listedFew } from "../src/format/words.ts";
import type { OverviewView } from "../src/dashboard/view.ts";
import { Pending } from "../src/dashboard/browser/pending.tsx";

/** The overview's answer: what is so, in a sentence. */
export default function LiveHeadline({ initial }: { initial: OverviewView["status"] }) {
  const { headline, models, openAlerts, asOf, clock } = overview.value?.status ?? initial;
  const serving = models.flatMap((m) => m.serving ? [`v${m.serving.version} serves ${m.model}`] : []);
  return (
    <>
      <h1>{headline}</h1>
      <p>
        {serving.length > 0
          ? `${listedFew(serving, "other models are served")}. `
          : "No version is deployed yet. "}
        {openAlerts > 0 ? <a href="#alerts">{counted(openAlerts, "open alert")}</a> : "No open alerts"}.{" "}
        {clock === "pinned" && `Demo: the clock is pinned to ${moment(asOf, "day")}, the end of its data.`}
      </p>
      <Pending models={models} />
    </>
  );
}
