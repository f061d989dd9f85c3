import { useEffect } from "preact/hooks";
import { localTimes, zone } from "../src/dashboard/browser/live.ts";

/** Names the zone that times are in: the reader's, once the browser has said it. */
export default function LocalTimes() {
  useEffect(localTimes, []);
  return <>Times are {zone.value}; dates of cut-offs are UTC.</>;
}
