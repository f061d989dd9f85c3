import { createDefine } from "fresh";
import type { Dashboard } from "./dashboard.ts";

/** What every request carries. */
export interface State {
  dashboard: Dashboard;
  /** for the browser's title bar */
  title: string;
  /** when the values were read, on pages that keep themselves current */
  live?: string;
}

export const define = createDefine<State>();
