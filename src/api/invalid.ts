import { issueText } from "../config/issue_words.ts";
import type { ZodError } from "zod";
import { InvalidInputError } from "../core/errors.ts";

/** Returns a failed schema as one of our errors, naming the field at fault. */
export function invalidInput({ issues: [issue] }: ZodError): InvalidInputError {
  const path = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0]] : issue.path;
  const field = path.join(".") || "body";
  return new InvalidInputError(`${field}: ${issueText(issue)}`, field);
}
