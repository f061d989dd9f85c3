import type { RecordData } from "./path.ts";

/** One record of a file, or why it cannot be read. */
export type FileRecord =
  | { readonly line: number; readonly data: RecordData }
  | { readonly line: number; readonly unreadable: string; readonly shown: string; readonly lines: number };

/** Some records that follow each other; their lines ascend. */
export interface RecordBlock {
  readonly records: FileRecord[];
  readonly bytesRead: number;
}
