import { InvalidArgumentError } from "commander";
import { ApiError, UnreachableError } from "../client/errors.ts";
import { InvalidInputError, messageOf } from "../core/errors.ts";

/** Exit codes, as every `--help` says. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;

export const EXIT_HELP = `
Exit codes: 0 done; 1 could not be done; 2 wrong usage; 3 service unreachable`;

/** The command was called wrongly. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Thrown where a command was refused or failed, and has said so already. */
export class ToldError extends Error {
  override name = "ToldError";
}

/** The exit code that an error means, and the line that says what to do. */
export function explained(error: unknown): { code: number; line: string } {
  if (error instanceof UnreachableError) return { code: EXIT.unreachable, line: error.message };
  if (error instanceof ApiError) return ofAnswer(error);
  if (
    error instanceof UsageError || error instanceof InvalidArgumentError || error instanceof InvalidInputError
  ) {
    return { code: EXIT.usage, line: error.message };
  }
  return { code: EXIT.failed, line: withList(messageOf(error)) };
}

/** Commands that list what can be named; models and versions say themselves what there is. */
const LISTS: Readonly<Record<string, string>> = {
  alert: "alerts list --all",
  backtest: "backtest list",
  check: "checks",
  cycle: "history",
  import: "imports list",
  key: "keys list",
  rollout: "rollouts list",
  request: "person requests",
};

/** A message that something cannot be found, with the command that lists what there is. */
function withList(message: string): string {
  const [, thing = ""] = message.match(/^Cannot find (\w+) "[^"]*"$/) ?? [];
  return thing in LISTS ? `${message}; perennial ${LISTS[thing]} shows what there is` : message;
}

function ofAnswer({ status, problem: { type, detail, field } }: ApiError): { code: number; line: string } {
  if (status === 401 && type.endsWith(":key-unknown")) {
    return {
      code: EXIT.failed,
      line: "The API key is not valid: set PERENNIAL_API_KEY to the one in the installation's file api-key",
    };
  }
  if (status === 401 && type.endsWith(":key-expired")) {
    const [what] = detail.split(". ");
    return {
      code: EXIT.failed,
      line: `${what}: set PERENNIAL_API_KEY to one that an admin makes (keys add)`,
    };
  }
  if (status === 401) {
    return {
      code: EXIT.failed,
      line: "An API key is needed: set PERENNIAL_API_KEY to the one in the installation's file api-key",
    };
  }
  if (status === 503) return { code: EXIT.unreachable, line: detail };
  const named = field !== undefined && !detail.includes(field) ? `${field}: ${detail}` : detail;
  return { code: status === 422 ? EXIT.usage : EXIT.failed, line: withList(named) };
}
