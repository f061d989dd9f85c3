import { addNamed } from "../../core/named.ts";
import { adwin } from "./adwin.ts";
import { ddm } from "./ddm.ts";
import { type Fed, feed, type Unread } from "./feed.ts";
import type { StreamDetectorKind } from "./detector.ts";
import { kswin } from "./kswin.ts";
import { pageHinkley } from "./page_hinkley.ts";
import { shiryaevRoberts } from "./shiryaev_roberts.ts";

/** Ours: ways to watch a stream of errors. */
export const STREAM_DETECTORS: readonly StreamDetectorKind[] = [
  shiryaevRoberts,
  adwin,
  pageHinkley,
  ddm,
  kswin,
];

/** A detector that reads what it has not read yet, wherever it runs. */
export interface StreamReader extends Pick<StreamDetectorKind, "name" | "budgeted" | "kinds"> {
  read(unread: Unread): Promise<Fed>;
}

const ALL: StreamReader[] = STREAM_DETECTORS.map((detector) => ({
  name: detector.name,
  budgeted: detector.budgeted,
  kinds: detector.kinds,
  read: (unread) => Promise.resolve(feed(detector, unread)),
}));

/** All that read streams of errors: ours first, the operator's last. */
export const STREAM_READERS: readonly StreamReader[] = ALL;

/** Lets a detector read every stream from now on. @throws {RangeError} another has its name */
export const addStreamReader = (reader: StreamReader): void => addNamed(ALL, reader);
