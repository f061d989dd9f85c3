import { FIRST_KEY } from "../app/security/keys.ts";
import { makeSignInCode } from "../app/security/sessions.ts";
import { NotFoundError } from "../core/errors.ts";
import { systemClock } from "../core/clock.ts";
import type { Sql } from "../db/connect.ts";

/** What to look at once a demo has its table: a link that signs in, three pages, three commands. */
export async function tryNext({ sql, url }: { sql: Sql; url: string }): Promise<string> {
  const link = await signInLink(sql, url);
  return [
    "",
    "Try next",
    `  sign in    ${link ?? `${url}/sign-in, with the API key`}`,
    ...link ? ["             once, within five minutes; another: deno task perennial keys link"] : [],
    `  see        ${url}/cycles       why each retraining deployed, or did not`,
    `             ${url}/monitoring   are the inputs as before, the predictions right?`,
    `             ${url}/help/concepts   the words, and how they hang together`,
    "  run        deno task perennial status",
    "             deno task perennial predict churn 15311 14646",
    "             deno task perennial config try min_new_samples=500",
  ].join("\n");
}

/** @returns null: the installation's first key is gone */
async function signInLink(sql: Sql, url: string): Promise<string | null> {
  try {
    const { code } = await makeSignInCode(sql, FIRST_KEY, { atMs: systemClock() });
    return `${url}/sign-in?${new URLSearchParams({ code })}`;
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
