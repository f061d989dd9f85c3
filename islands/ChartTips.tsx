import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { attachCharts, type Tooltip } from "../src/dashboard/browser/chart_interactions.ts";

/** Tells what the marks of the page's charts mean: on hover, and by keyboard. Also zooms without leaving the page. */
export default function ChartTips() {
  const tip = useSignal<Tooltip | null>(null);
  useEffect(() => attachCharts((shown) => void (tip.value = shown)), []);
  const tooltip = tip.value;
  return (
    <>
      <span id="chart-keys" hidden>Arrow keys step through what the chart shows, Escape closes</span>
      <div
        class="tip"
        role="status"
        hidden={tooltip === null}
        style={tooltip ? { left: `${tooltip.x}px`, top: `${tooltip.y}px` } : undefined}
      >
        {tooltip?.text}
      </div>
    </>
  );
}
