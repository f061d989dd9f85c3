/** The direction of a change: the errors grew, shrank, or moved without the detector knowing which way. */
export type Alarm = "up" | "down" | "either";

/** The kind of errors: 0 or 1, or any number >= 0. */
export type ErrorKind = "binary" | "real";

export interface StreamOptions {
  /** numbers between two false alarms that are accepted on average */
  readonly runLength: number;
  readonly kind: ErrorKind;
  /** fixes every random choice */
  readonly seed: number;
}

/** Reads errors one by one, and speaks when they are no longer what they were; it then begins anew. */
export interface StreamDetector {
  readonly name: string;
  /** numbers read since it began or last spoke */
  readonly seen: number;
  /**
   * @param group what the model said, as a small whole number: a detector may look at the errors of each answer apart
   * @throws {RangeError} `x` is not a finite number of the detector's kind
   */
  update(x: number, group?: number): Alarm | null;
  /** plain JSON, enough to go on exactly where it stands */
  state(): unknown;
}

/** One way to watch a stream: a line in `STREAM_DETECTORS`. */
export interface StreamDetectorKind {
  readonly name: string;
  /** whether its false alarms follow from `runLength`; the others keep the defaults of the literature */
  readonly budgeted: boolean;
  /** errors that it can read */
  readonly kinds: readonly ErrorKind[];
  readonly source: string;
  /** @throws {RangeError} it cannot read errors of this kind, or `runLength` is too short */
  create(options: StreamOptions): StreamDetector;
  /** Goes on from `state()` of a detector of this name. @throws {TypeError} it is none */
  restore(state: unknown): StreamDetector;
}
