import type { DriftReport, FeatureShift } from "../../../src/drift/report.ts";
import { StatusBadge } from "../../../components/status_badge.tsx";
import { chance, counted, figure, percent, signed } from "../../../src/format/numbers.ts";
import { DRIFT } from "./monitoring_labels.ts";

/** What inputs are ordered by, what is read first at the top. */
const SORTS = {
  rank: "Shift × importance",
  input: "Input",
  shift: "Shift, sd",
  p: "p, corrected",
  importance: "Importance",
  power: "Smallest detectable",
} as const;
export type DriftSort = keyof typeof SORTS;

/** The order that an address asks for; the usual one where it asks for none that there is. */
export const driftSortOf = (text: string | null): DriftSort =>
  (Object.keys(SORTS) as DriftSort[]).find((sort) => sort === text) ?? "rank";

/** So many inputs are shown without being asked for, and each that drifted. */
const FIRST = 10;

/** What is unknown comes last. */
const LAST = Infinity;
const KEYS: Readonly<Record<DriftSort, (f: FeatureShift) => number>> = {
  rank: ({ impact }) => impact === null ? LAST : -impact,
  input: () => 0,
  shift: ({ shift }) => shift === null ? LAST : -Math.abs(shift),
  p: ({ p }) => p,
  importance: ({ importance }) => importance === null ? LAST : -importance,
  power: ({ smallest }) => smallest ?? LAST,
};

/** Every input with its shift and what could have been seen of it. @param url of the page: its heads sort by it */
export function DriftTable({ report, sort, url }: { report: DriftReport; sort: DriftSort; url: URL }) {
  const key = KEYS[sort];
  const rows = report.features.toSorted((a, b) =>
    sort === "rank" ? 0 : key(a) - key(b) || a.feature.localeCompare(b.feature)
  );
  const head = (name: DriftSort, numeric: boolean) => (
    <th
      scope="col"
      class={numeric ? "num" : undefined}
      aria-sort={name === sort ? (name === "p" || name === "input" ? "ascending" : "descending") : undefined}
    >
      <a class="sort" href={sortedHref(url, name)}>{SORTS[name]}</a>
    </th>
  );
  const first = rows.filter(({ drifted }, i) => drifted || i < FIRST);
  const others = rows.filter((feature) => !first.includes(feature));
  const table = (features: readonly FeatureShift[], what: string, id?: string) => (
    <table class="records" id={id}>
      <caption class="visually-hidden">{what} of {report.model}, by {SORTS[sort]}</caption>
      <thead>
        <tr>
          {head("input", false)}
          {head("rank", true)}
          {head("shift", true)}
          {head("importance", true)}
          {head("p", true)}
          {head("power", true)}
          <th scope="col">Status</th>
        </tr>
      </thead>
      <tbody>{features.map((feature) => <Row key={feature.feature} feature={feature} />)}</tbody>
    </table>
  );
  return (
    <>
      {table(first, "Inputs", "inputs-table")}
      {others.length > 0 && (
        <details>
          <summary>{counted(others.length, "more input")}, none of which drifted</summary>
          {table(others, "More inputs")}
        </details>
      )}
    </>
  );
}

function sortedHref(url: URL, sort: DriftSort): string {
  const query = new URLSearchParams(url.searchParams);
  if (sort === "rank") query.delete("by");
  else query.set("by", sort);
  return `${url.pathname}?${query}#inputs-table`;
}

const known = (value: number | null, text: (value: number) => string) =>
  value === null ? "unknown" : text(value);

function Row({ feature: f }: { feature: FeatureShift }) {
  const status = f.drifted ? DRIFT.drifted : f.wobble === null ? DRIFT["cannot tell yet"] : DRIFT.stable;
  return (
    <tr>
      <th scope="row">
        <code>{f.feature}</code>
      </th>
      <td class="num" data-label={SORTS.rank}>{known(f.impact, figure)}</td>
      <td class="num" data-label={SORTS.shift}>{known(f.shift, signed)}</td>
      <td class="num" data-label={SORTS.importance}>{known(f.importance, figure)}</td>
      <td class="num" data-label={SORTS.p}>{chance(f.p)}</td>
      <td class="num" data-label={SORTS.power}>
        {known(f.smallest, (x) => f.kind === "numeric" ? `${x.toFixed(2)} sd` : `${percent(x)} of rows`)}
      </td>
      <td data-label="Status">
        <StatusBadge badge={status} />
      </td>
    </tr>
  );
}
