/** Variables of the environment that the program reads. */

const SOURCE = new URL("../../src/config/environment.ts", import.meta.url);

/** Returns the names that `src/config/environment.ts` knows. */
export const knownVariables = (): string[] =>
  [...Deno.readTextFileSync(SOURCE).matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(([, name]) => name);

/** Names that the program learns on another branch; to be removed when it knows them. */
export const COMING = [
  "PERENNIAL_S3_ENDPOINT",
  "PERENNIAL_S3_ENCRYPTION",
  "PERENNIAL_QUEUES",
  "PERENNIAL_ACTIVITIES_AT_ONCE",
  "PERENNIAL_BUILD_ID",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_REGION",
];
