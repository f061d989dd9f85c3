import { cellText, type RawColumn } from "./table.ts";

/** A true change of the concept. */
export interface Change {
  /** first row of the new concept */
  readonly row: number;
  /** row from which the new concept stays; the same where the change is abrupt */
  readonly until: number;
  readonly from: string;
  readonly to: string;
}

const CHAIN = { share: 0.01, least: 100 };

/**
 * The changes in a column of concepts. Concepts that alternate, as while one gradually replaces another, make one
 * change: a switch within 1 % of the rows (at least 100) of the switch before belongs to it; back to where it began, none.
 */
export function changesOf(column: RawColumn, rows: number): Change[] {
  const near = Math.max(CHAIN.least, CHAIN.share * rows);
  const changes: Change[] = [];
  let open: Change | undefined;
  let last: string | undefined;
  const close = () => {
    if (open && open.from !== open.to) changes.push(open);
    open = undefined;
  };
  for (let row = 0; row < rows; row++) {
    const concept = cellText(column, row);
    if (concept === undefined) continue;
    if (last !== undefined && concept !== last) {
      if (open && row - open.until > near) close();
      open = { row: open?.row ?? row, until: row, from: open?.from ?? last, to: concept };
    }
    last = concept;
  }
  close();
  return changes;
}
