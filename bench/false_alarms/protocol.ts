/** What is drawn and how often: the same numbers for ours and for the peers. */
export interface Protocol {
  /** rows of the reference, drawn once a run, as in production */
  readonly reference: number;
  /** rows of the current window; a smaller one is the beginning of the largest */
  readonly sizes: readonly number[];
  /** current windows a run, each drawn anew */
  readonly looks: number;
  /** runs without a change, by tool: those that are slow and far off their rate need fewer to show it */
  readonly runs: Readonly<Record<"ours" | "alibi" | "evidently" | "nannyml", number>>;
  /** runs, and looks of each, in which one feature is moved */
  readonly moved: { readonly runs: number; readonly looks: number };
  /** runs, and looks of each, for the check over all features at once */
  readonly together: { readonly runs: number; readonly looks: number };
}

export const PROTOCOL: Protocol = {
  reference: 5000,
  sizes: [100, 200, 500, 1000],
  looks: 24,
  runs: { ours: 20, alibi: 20, evidently: 6, nannyml: 6 },
  moved: { runs: 15, looks: 4 },
  together: { runs: 6, looks: 4 },
};

/** The same with more runs, for whoever has hours. */
export const WHOLE: Protocol = {
  ...PROTOCOL,
  runs: { ours: 200, alibi: 200, evidently: 50, nannyml: 50 },
  moved: { runs: 100, looks: 4 },
  together: { runs: 50, looks: 6 },
};

/** To see that all parts work; its figures mean nothing. */
export const QUICK: Protocol = {
  ...PROTOCOL,
  sizes: [100, 200],
  looks: 4,
  runs: { ours: 2, alibi: 2, evidently: 1, nannyml: 2 },
  moved: { runs: 2, looks: 1 },
  together: { runs: 1, looks: 1 },
};

/** What one look may spend. */
export interface Budget {
  readonly name: string;
  /** chance of a false alarm of one look, over all features */
  readonly alpha: number;
}

/** What ours is given, and what Alibi Detect's p-values are compared with; ascending. */
export const BUDGETS: readonly Budget[] = [
  { name: "5 % of 24-look runs", alpha: 0.05 / 24 },
  { name: "1 % of looks", alpha: 0.01 },
  { name: "one in 30 daily looks", alpha: 1 / 30 },
];

/** The chance that a run raises an alarm, were its looks independent. */
export const ofRuns = ({ alpha }: Budget, { looks }: Protocol) => 1 - (1 - alpha) ** looks;
