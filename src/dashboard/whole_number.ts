/** Reads a number of a row from an address: from 1 on, and of no more digits than a column can hold. Null: it is none. */
export const wholeNumber = (text: string | null): number | null =>
  text !== null && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
