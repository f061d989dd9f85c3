import { addNamed } from "../../core/named.ts";
import { adwin } from "./adwin.ts";
import { ddm } from "./ddm.ts";
import type { StreamDetectorKind } from "./detector.ts";
import { kswin } from "./kswin.ts";
import { pageHinkley } from "./page_hinkley.ts";
import { shiryaevRoberts } from "./shiryaev_roberts.ts";

const ALL: StreamDetectorKind[] = [
  shiryaevRoberts,
  adwin,
  pageHinkley,
  ddm,
  kswin,
];

/** All ways to watch a stream of errors: ours first, the operator's last. */
export const STREAM_DETECTORS: readonly StreamDetectorKind[] = ALL;

/** Lets a detector watch every stream from now on. @throws {RangeError} another has its name */
export const addStreamDetector = (detector: StreamDetectorKind): void => addNamed(ALL, detector);
