import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { enliven, type Tip } from "../src/dashboard/browser/chart_interactions.ts";

/** Tells what the marks of the page's charts mean: on hover, and by keyboard. Also zooms without leaving the page. */
export default function ChartTips() {
  const tip = useSignal<Tip | null>(null);
  useEffect(() => enliven((told) => void (tip.value = told)), []);
  const at = tip.value;
  return (
    <>
      <span id="chart-keys" hidden>Arrow keys step through what the chart shows, Escape closes</span>
      <div
        class="tip"
        role="status"
        hidden={at === null}
        style={at ? { left: `${at.x}px`, top: `${at.y}px` } : undefined}
      >
        {at?.text}
      </div>
    </>
  );
}
