import type { Item } from "./columns.ts";
import type { RecordData } from "./path.ts";
import type { Refused } from "./refusal.ts";

/** One row of a file: an event as it was read, or why it could not be read. */
export type FileRow =
  | {
    readonly line: number;
    readonly raw: Record<string, unknown>;
    /** what it was made of; left out: that may not be shown */
    readonly data?: RecordData;
    readonly item?: Item;
  }
  | { readonly line: number; readonly raw: Record<string, unknown>; readonly refused: Refused }
  | { readonly line: number; readonly unreadable: string; readonly shown: string; readonly lines: number };

/** Some rows that follow each other; their lines never descend. */
export interface RowBlock {
  readonly rows: FileRow[];
  /** bytes of the file read so far, as they lie on disk */
  readonly bytesRead: number;
}
