import type { Problem } from "../api/messages.ts";

/** The service refused: `problem` is what it said (RFC 9457). */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
  get status(): number {
    return this.problem.status;
  }
}

/** The service does not answer at its address. */
export class UnreachableError extends Error {
  override name = "UnreachableError";
  constructor(readonly url: string, cause: unknown) {
    super(`Cannot reach Perennial at ${url}; start it (perennial up) or set PERENNIAL_URL`, { cause });
  }
}

/** Something answered, but not as this version of Perennial does. */
export class UnknownAnswerError extends Error {
  override name = "UnknownAnswerError";
  constructor(readonly url: string, field: string, why: string) {
    const where = field === "" ? "it" : `"${field}"`;
    super(
      `The answer of ${url} is not one of this version (${where}: ${why}); is the service of another version?`,
    );
  }
}
