/** The part of its x axis that a chart shows, as the page's address says it: `?zoom=replay-churn~FROM~TO`. */

/** Two ends of an x axis: ms since the epoch, or numbers such as epochs. */
export type Range = readonly [from: number, to: number];

/** Reads the zoom of a chart from an address; null: nothing that makes sense. */
export function zoomOf(url: URL, id: string): Range | null {
  for (const text of url.searchParams.getAll("zoom")) {
    const [chart, from, to] = text.split("~");
    const range = [Number(from), Number(to)] as const;
    if (chart === id && range.every(Number.isFinite) && range[0] < range[1]) return range;
  }
  return null;
}

/** The page's address with a chart zoomed to a range; null: all of it. */
export function zoomHref(url: URL, id: string, range: Range | null): string {
  const query = new URLSearchParams(url.search);
  const others = query.getAll("zoom").filter((text) => !text.startsWith(`${id}~`));
  query.delete("zoom");
  for (const text of others) query.append("zoom", text);
  if (range) query.append("zoom", [id, ...range.map(short)].join("~"));
  return `${url.pathname}${query.size > 0 ? `?${query}` : ""}#${id}`;
}

/** Whole ms for times, six digits for small numbers. */
const short = (x: number) => Math.abs(x) > 1e6 ? Math.round(x) : Number(x.toPrecision(6));

const CLOSER = 0.5;
const STEP = 0.5;

/** Returns the zoom steps of a chart that shows `now` of `whole`. */
export function zoomSteps(whole: Range, now: Range | null): { name: string; to: Range | null }[] {
  const [from, to] = now ?? whole;
  const span = to - from;
  const middle = (from + to) / 2;
  const closer: Range = [middle - span * CLOSER / 2, middle + span * CLOSER / 2];
  if (!now) return [{ name: "Zoom in", to: closer }];
  const moved = (by: number): Range => {
    const start = Math.min(Math.max(from + by, whole[0]), Math.max(whole[0], whole[1] - span));
    return [start, start + span];
  };
  return [
    { name: "Zoom in", to: closer },
    ...from > whole[0] ? [{ name: "Earlier", to: moved(-span * STEP) }] : [],
    ...to < whole[1] ? [{ name: "Later", to: moved(span * STEP) }] : [],
    { name: "Whole range", to: null },
  ];
}
