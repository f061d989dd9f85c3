/** What one setting of a tool said, look by look: a text of "0" and "1" for each run; "-" where it could not tell. */
export interface Flags {
  readonly setting: string;
  /** by window size: whether any feature was flagged, without a change */
  readonly unchanged: Readonly<Record<string, readonly string[]>>;
  /** by move, amount and window size, joined by "/": whether the moved feature was flagged */
  readonly moved: Readonly<Record<string, readonly string[]>>;
}

export const movedKey = (move: number, by: number, size: number) => `${move}/${by}/${size}`;
