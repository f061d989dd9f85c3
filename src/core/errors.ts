/** A thing that was asked for by name does not exist. */
export class NotFoundError extends RangeError {
  override name = "NotFoundError";
  constructor(readonly what: string, readonly key: string) {
    super(`Cannot find ${what} "${key}"`);
  }
}

/** The request contradicts what is so now; asking again with the present state may work. */
export class ConflictError extends Error {
  override name = "ConflictError";
}

/** Thrown where the caller's input cannot be used; `field` is the path at fault, as in `models.churn.seed`. */
export class InvalidInputError extends TypeError {
  override name = "InvalidInputError";
  constructor(message: string, readonly field: string) {
    super(message);
  }
}

/** Too few rows to do what was asked. */
export class InsufficientDataError extends RangeError {
  override name = "InsufficientDataError";
  constructor(readonly what: string, readonly have: number, readonly need: number) {
    super(`Cannot use ${what}: need >= ${need}, have ${have}`);
  }
}

/** Stored bytes are not what was written: their sha256 differs, or the file is gone. */
export class DamagedArtefactError extends Error {
  override name = "DamagedArtefactError";
  constructor(readonly sha256: string, reason: string) {
    super(`Cannot use artefact ${sha256.slice(0, 12)}: ${reason}`);
  }
}

/** The message of anything thrown; of several errors in one, each. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return `${error.message}: ${error.errors.map(messageOf).join("; ")}`;
  return error instanceof Error ? error.message : String(error);
}
