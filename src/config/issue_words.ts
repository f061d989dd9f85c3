import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** Says what a value needs, in the words of our own messages: "needs at least 1", "needs one of canary, shadow". */
export function issueText(issue: Issue): string {
  if (!STOCK.test(issue.message)) return issue.message; // a schema's own words
  switch (issue.code) {
    case "too_small":
      return needs(issue.minimum, issue.inclusive === false ? "more than" : "at least", issue.origin);
    case "too_big":
      return needs(issue.maximum, issue.inclusive === false ? "less than" : "at most", issue.origin);
    case "invalid_value":
      return issue.values.length === 1
        ? `needs ${String(issue.values[0])}`
        : `needs one of ${issue.values.map(String).join(", ")}`;
    case "invalid_type":
      return `needs ${KINDS[issue.expected] ?? issue.expected}`;
    case "unrecognized_keys":
      return "is not known here";
    default:
      return issue.message;
  }
}

/** How the messages of zod begin where a schema brings none of its own. */
const STOCK = /^(Too small|Too big|Invalid input|Invalid option|Unrecognized key)/;

const KINDS: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "an object",
};

/** What is counted of texts and lists; of numbers the value itself. */
const COUNTED: Readonly<Record<string, readonly [one: string, more: string]>> = {
  string: [" character", " characters"],
  array: [" entry", " entries"],
};

function needs(limit: number | bigint, how: string, origin: string): string {
  const [one, more] = COUNTED[origin] ?? ["", ""];
  return `needs ${how} ${limit}${Number(limit) === 1 ? one : more}`;
}
