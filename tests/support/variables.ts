/** Variables of the environment that the program reads. */

const SOURCE = new URL("../../src/config/environment.ts", import.meta.url);

/** Returns the names that `src/config/environment.ts` knows. */
export const knownVariables = (): string[] =>
  [...Deno.readTextFileSync(SOURCE).matchAll(/^ {2}([A-Z][A-Z0-9_]+):/gm)].map(([, name]) => name);
