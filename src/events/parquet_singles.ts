/** Floating-point numbers of 32 bits, as Parquet keeps them: 10.1 is 10.100000381469727 where it is read as one of 64. */
import type { FileMetaData } from "hyparquet";

/** Returns the columns that hold such numbers and nothing else under their name. */
export function singleColumns({ schema }: FileMetaData): ReadonlySet<string> {
  const names = new Set(schema.filter(({ type }) => type === "FLOAT").map(({ name }) => name));
  for (const { name, type } of schema) if (type !== "FLOAT") names.delete(name);
  return names;
}

/** The number with the fewest digits that is kept as this one. */
export function shortestSingle(value: unknown): unknown {
  if (typeof value !== "number" || !Number.isFinite(value)) return value;
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}
