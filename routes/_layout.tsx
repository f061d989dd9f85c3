import { Charts } from "../components/charts.ts";
import { define } from "../src/dashboard/define.ts";

/** Lets the charts of a page find its address. Not in `_app`, which Fresh draws after the page, around its finished HTML. */
export default define.layout(({ Component, state }) => (
  <Charts.Provider value={state.charts ?? null}>
    <Component />
  </Charts.Provider>
));
