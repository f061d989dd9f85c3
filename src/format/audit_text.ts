/** A link of the audit that does not hold; `id` null: it is about no row, or the row is gone, as `why` says. */
interface BrokenLink {
  link: number | null;
  id: number | null;
  why: string;
}

/** Returns which link of the audit is broken, and how: `link 3 (row 5): its content was changed`. */
export const brokenText = ({ link, id, why }: BrokenLink): string =>
  `${link === null ? "a row without a link" : `link ${link}`}${id === null ? "" : ` (row ${id})`}: ${why}`;
