import type { Receiver } from "./post.ts";

/** A webhook of a chat, whose address alone lets one post there; and where its readers find the dashboard. */
export interface ChatOptions extends Receiver {
  /** left out: no link is shown */
  site?: string;
}

/** The page of alerts. @returns null: nobody said how browsers reach the dashboard */
export const alertUrl = (site?: string): string | null =>
  site === undefined ? null : new URL("/alerts", site).href;
