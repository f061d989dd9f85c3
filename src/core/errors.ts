import { meantText } from "./closest.ts";

/** A thing that was asked for by name does not exist. */
export class NotFoundError extends RangeError {
  override name = "NotFoundError";
  /** @param known what there is instead, for who misspelt it */
  constructor(readonly what: string, readonly key: string, known: readonly string[] = []) {
    super(`Cannot find ${what} "${key}"${meantText(key, known)}`);
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

/** Code of an operator's own failed, or had to be ended: asked the same again, it does so again. */
export class OwnCodeError extends InvalidInputError {
  override name = "OwnCodeError";
}

/** Too few rows to do what was asked. */
export class InsufficientDataError extends RangeError {
  override name = "InsufficientDataError";
  constructor(readonly what: string, readonly have: number, readonly need: number) {
    super(`Cannot use ${what}: need >= ${need}, have ${have}`);
  }
}

/** Stored bytes cannot be used. The subclass says whether that can pass by itself. */
export class ArtefactError extends Error {
  override name = "ArtefactError";
  constructor(readonly sha256: string, reason: string) {
    super(`Cannot use artefact ${sha256.slice(0, 12)}: ${reason}`);
  }
}

/** Stored bytes were read, and are not what was written: their sha256 differs, or they are no artefact. */
export class DamagedArtefactError extends ArtefactError {
  override name = "DamagedArtefactError";
}

/** Nobody whom we trust signed the version as its row stands there: nothing of it is used, its manifest neither. */
export class UntrustedVersionError extends DamagedArtefactError {
  override name = "UntrustedVersionError";
}

/** The store has no such file: it was deleted, or what holds it is not mounted yet. */
export class MissingArtefactError extends ArtefactError {
  override name = "MissingArtefactError";
}

/** The file cannot be read now, as with a permission that is missing or a disk that fails. Says nothing about its bytes. */
export class UnreadableArtefactError extends ArtefactError {
  override name = "UnreadableArtefactError";
}

/** Whether bytes are damaged or gone, so that waiting does not help: they are made again, or done without. */
export const isLostArtefact = (error: unknown): boolean =>
  error instanceof DamagedArtefactError || error instanceof MissingArtefactError;

/** The message of anything thrown; of several errors in one, each. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return `${error.message}: ${error.errors.map(messageOf).join("; ")}`;
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return "what has no text"; // as an object without a prototype
  }
}
