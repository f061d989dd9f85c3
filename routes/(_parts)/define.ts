import { createDefine } from "fresh";
import type { PageCharts } from "./charts.ts";
import type { Dashboard } from "./dashboard.ts";
import type { Desk, Person } from "./desk.ts";

/** What every request carries. */
export interface State {
  dashboard: Dashboard;
  desk: Desk;
  /** who has signed in; null: nobody */
  person: Person | null;
  /** how the person's last change came out; said once */
  notice: string | null;
  /** for the browser's title bar */
  title: string;
  /** when the values were read, on pages that keep themselves current */
  live?: string;
  /** how many alerts are open; left out: not read */
  openAlerts?: number;
  /** the charts of the page, while it is drawn */
  charts?: PageCharts;
}

export const define = createDefine<State>();
