import type { ErrorKind } from "./detector.ts";

/** Throws unless `x` is an error of its kind. @throws {RangeError} */
export function checkError(x: number, kind: ErrorKind): void {
  if (kind === "binary" ? x === 0 || x === 1 : x >= 0 && x < Infinity) return;
  throw new RangeError(`Cannot read error ${x}: need ${kind === "binary" ? "0 or 1" : "a number >= 0"}`);
}

/** The state of a detector of this name, copied so that neither changes the other. @throws {TypeError} it is of another */
export function readState<S extends { name: string }>(state: unknown, name: string): S {
  const have = (state as Partial<S> | null)?.name;
  if (have === name) return structuredClone(state) as S;
  throw new TypeError(`Cannot restore detector "${name}": have the state of ${have ? `"${have}"` : "none"}`);
}
