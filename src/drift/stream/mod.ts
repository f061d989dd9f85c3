import { adwin } from "./adwin.ts";
import { ddm } from "./ddm.ts";
import type { StreamDetectorKind } from "./detector.ts";
import { kswin } from "./kswin.ts";
import { pageHinkley } from "./page_hinkley.ts";
import { shiryaevRoberts } from "./shiryaev_roberts.ts";

/** All ways to watch a stream of errors; ours first. */
export const STREAM_DETECTORS: readonly StreamDetectorKind[] = [
  shiryaevRoberts,
  adwin,
  pageHinkley,
  ddm,
  kswin,
];
