import { withDeadline } from "../core/deadline.ts";
import { ConflictError, InvalidInputError, NotFoundError } from "../core/errors.ts";
import type { Control } from "../temporal/control.ts";
import { ApiFault, UnavailableError } from "./problem.ts";

/** The longest that a caller waits for Temporal. */
export const SIGNAL_WITHIN_MS = 15_000;
const LOOK_WITHIN_MS = 3_000;

/** Whether Temporal answers, within a few seconds. */
export async function temporalAnswers(control: Pick<Control, "reachable">): Promise<boolean> {
  try {
    return await withDeadline(control.reachable(), LOOK_WITHIN_MS, () => new Error("no answer"));
  } catch {
    return false; // however it fails, it cannot be reached
  }
}

/** Tells Temporal something within a few seconds. @throws {UnavailableError} it does not answer */
export async function reaching<T>(control: Control, model: string, tell: () => Promise<T>): Promise<T> {
  const down = () =>
    new UnavailableError(
      "Temporal",
      `Temporal does not answer, so "${model}" was not told; send the same request again soon`,
    );
  try {
    return await withDeadline(tell(), SIGNAL_WITHIN_MS, down);
  } catch (error) {
    if (isOurs(error) || await temporalAnswers(control)) throw error;
    throw down();
  }
}

const isOurs = (error: unknown) =>
  [ApiFault, ConflictError, InvalidInputError, NotFoundError].some((type) => error instanceof type);
