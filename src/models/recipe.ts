/**
 * A recipe says how a candidate is made, in plain data: it travels to the training worker, into the
 * artefact's header and into the history, and can be repeated on other rows.
 */
export type Recipe = LinearRecipe | NetworkRecipe | WarmStartRecipe | BlendRecipe | BroughtRecipe;

/**
 * The columns that the model sees, all standardised and clipped:
 * - `log`: signed logarithms of the features, and flags of missing values
 * - `log+raw`: these and the features as they are
 * - `log+hinges`: logarithms, and per feature a bend at each quartile: an additive model
 */
export type Inputs = "log" | "log+raw" | "log+hinges";

/**
 * The transform of the target that is learned.
 * - `identity`: the target itself (classification always)
 * - `log1p`: its logarithm; predictions are scaled back by one smearing factor
 * - `two-part`: whether it is above zero, times how much it is where it is
 * - `body+tail`: the target up to its 99th percentile, plus what lies above for those whose body comes near it
 * - `two-part+tail`: whether, times body and tail where it is
 * - `count`: its expected number, by a Poisson regression with a logarithmic link, which hidden layers do not correct
 */
export type TargetTransform = "identity" | "log1p" | "two-part" | "body+tail" | "two-part+tail" | "count";

/** The role of one fitted network inside a candidate. */
export type PartRole = "class" | "value" | "log" | "buy" | "amount" | "body" | "tail" | "count";

/** Penalties to choose from, per role: `loss summed over rows + penalty / 2 * |w|^2` on standardised columns. */
export type Penalties = Partial<Record<PartRole, readonly number[]>>;

/** Exact ridge, or exact ridge-penalised logistic regression; the penalty is chosen by validation. */
export interface LinearRecipe {
  readonly family: "linear";
  readonly name: string;
  readonly inputs: Inputs;
  readonly target: TargetTransform;
  readonly penalties?: Penalties;
}

/** The training settings of a network. */
export interface NetworkOptions {
  /** units of the hidden layers */
  readonly hidden: readonly number[];
  readonly weightDecay: number;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly epochsMax: number;
  /** epochs without improvement before the fit stops */
  readonly patience: number;
}

/** Hidden layers that correct the exact linear solution, by mini-batches with early stopping. */
export interface NetworkRecipe {
  readonly family: "network";
  readonly name: string;
  readonly inputs: Inputs;
  readonly target: TargetTransform;
  readonly penalties?: Penalties;
  readonly network: NetworkOptions;
}

/** Goes on from the champion's weights; skipped where there is no champion of the same feature definition. */
export interface WarmStartRecipe {
  readonly family: "warm-start";
  readonly name: string;
  readonly network: Omit<NetworkOptions, "hidden">;
}

/** The mean of other candidates' predictions. */
export interface BlendRecipe {
  readonly family: "blend";
  readonly name: string;
  readonly of: readonly string[];
}

/** What a model from outside is given in one place: `(feature - shift) / scale`. */
export interface BroughtInput {
  readonly feature: string;
  readonly shift: number;
  readonly scale: number;
}

/** Trained outside, as an ONNX file or a layers model of tfjs: it is taken as it is. */
export interface BroughtRecipe {
  readonly family: "brought";
  readonly name: string;
  /** the file as base64; empty where only what was chosen is told */
  readonly file: string;
  readonly inputs: readonly BroughtInput[];
  /** in place of a feature that has nothing to say */
  readonly missing: number;
  /** end of the newest outcome that it was trained on, as a day */
  readonly trainedUntil: string;
}
