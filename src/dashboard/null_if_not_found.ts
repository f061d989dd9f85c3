import { NotFoundError } from "../core/errors.ts";

/** Returns what a read brings, and null where it does not find anything. */
export async function nullIfNotFound<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
