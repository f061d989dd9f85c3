import { overview } from "../src/dashboard/browser/live.ts";
import { counted, moment } from "../src/format/figures.ts";
import type { OverviewView } from "../src/dashboard/view.ts";
import { Pending } from "../src/dashboard/browser/pending.tsx";
import { headline } from "../components/labels.ts";

/** The overview's answer: what is so, in a sentence. */
export default function LiveHeadline({ initial }: { initial: OverviewView["status"] }) {
  const { models, openAlerts, asOf, clock } = overview.value?.status ?? initial;
  const serving = models.flatMap((m) => m.serving ? [`v${m.serving.version} serves ${m.model}`] : []);
  return (
    <>
      <h1>{headline(models)}</h1>
      <p>
        {serving.length > 0 ? `${serving.join(", ")}. ` : "Nothing serves yet. "}
        {openAlerts > 0 ? <a href="#alerts">{counted(openAlerts, "open alert")}</a> : "No open alerts"}.{" "}
        {clock === "pinned" && `A replay: its clock stands at ${moment(asOf, "day")}, where its data end.`}
      </p>
      <Pending models={models} />
    </>
  );
}
