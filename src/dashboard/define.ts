import { createDefine } from "fresh";
import type { PageCharts } from "./page_charts.ts";
import type { Dashboard } from "./dashboard.ts";
import type { PageUploads } from "./uploads.ts";
import type { Person, SessionActions } from "./session.ts";
import type { Theme } from "./theme.ts";
import type { Follows } from "./dashboard.ts";

/** The state of every request. */
export interface State {
  dashboard: Dashboard;
  sessions: SessionActions;
  uploads: PageUploads;
  /** who has signed in; null: nobody */
  person: Person | null;
  /** how the person's last change came out; said once */
  notice: string | null;
  /** for the browser's title bar */
  title: string;
  /** on pages that keep themselves current: when the values were read, what they follow, and at which revision */
  live?: { readAt: string; follows: Follows; revision: string };
  /** how the pages look; left out: as the system does */
  theme?: Theme;
  /** when a page that does not keep itself current was read */
  readAt?: string;
  /** whether whoever asked may still read, later on */
  mayStillRead?: () => Promise<boolean>;
  /** how many alerts are open; left out: not read */
  openAlerts?: number;
  /** the charts of the page, while it is drawn */
  charts?: PageCharts;
}

export const define = createDefine<State>();
