/**
 * The style of the notebooks' charts. Each is a card with a ground of its own, so that it is legible on whatever page
 * it is shown, and turns dark with the reader's system; colours are names that its style gives a value.
 */
const LOOK = {
  card: ["#ffffff", "#161b18"],
  edge: ["#dfe5e1", "#2d3631"],
  ink: ["#1d2521", "#e6ece8"],
  muted: ["#56615b", "#a3afa8"],
  grid: ["#e6eae7", "#29312c"],
  axis: ["#87938c", "#68746d"],
  line: ["#39453f", "#c3cdc7"],
  faint: ["#89948d", "#6f7c74"],
  band: ["#dde4df", "#2c3630"],
  good: ["#1a7f4b", "#4cc38a"],
  bad: ["#b3402c", "#ef8a76"],
  blue: ["#2f6ea8", "#7db4e6"],
  amber: ["#96650a", "#dfae4f"],
  violet: ["#7a4fa3", "#b795dd"],
  rose: ["#b0457a", "#e690b8"],
} as const satisfies Record<string, readonly [light: string, dark: string]>;

type Name = keyof typeof LOOK;

/** Colours by their name, for the marks of a chart. What cannot read the style sees the light one. */
export const colour = Object.fromEntries(
  Object.entries(LOOK).map(([name, [light]]) => [name, `var(--nb-${name}, ${light})`]),
) as Readonly<Record<Name, string>>;

/** Colours of things of one kind, in this order; "good" is left for the one that is meant. */
export const SERIES: readonly string[] = [
  colour.faint,
  colour.blue,
  colour.amber,
  colour.violet,
  colour.rose,
  colour.line,
];

const values = (which: 0 | 1) =>
  Object.entries(LOOK).map(([name, pair]) => `--nb-${name}:${pair[which]}`).join(";");

/** The style of a chart; every chart carries it, for each is shown as a picture of its own. */
export const STYLE = `.nb-chart{${values(0)}}` +
  `@media (prefers-color-scheme:dark){.nb-chart{${values(1)}}}` +
  ".nb-chart{color:var(--nb-muted);font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}" +
  ".nb-chart text{white-space:pre}";
