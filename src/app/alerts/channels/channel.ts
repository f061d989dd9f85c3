import type { ChannelName, Delivery } from "../../../alerts/alert.ts";

/** A way to tell people of an alert. */
export interface Channel {
  name: ChannelName;
  /**
   * Tells it once. Ends within half a minute.
   * @throws {FinalDeliveryError} trying again is of no use; any other error: it may be
   */
  send(delivery: Delivery): Promise<void>;
}

export type Channels = ReadonlyMap<ChannelName, Channel>;

/** The receiver can not or will not take this, however often it is sent. */
export class FinalDeliveryError extends Error {
  override name = "FinalDeliveryError";
}

/** A delivery in one line: "closed: warning, drift of churn: ..." */
export function lineOf({ event, body: { severity, kind, model, title } }: Delivery): string {
  const about = model === null ? kind : `${kind} of ${model}`;
  return `${event}: ${severity}, ${about}: ${title}`.replaceAll(/\s+/g, " ");
}
