/** `deno task licences`: tells which installed packages have a licence that is not let in. Asks nobody. */
import { type Component, readComponents } from "./components.ts";

/** Licences that ask for no more than their notice. */
const ALLOWED = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BSL-1.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "Python-2.0",
  "Unlicense",
  "WTFPL",
]);

/** Packages with another licence, or none, and why each is let in all the same. */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  "axe-core": "MPL-2.0: used by tests alone, unchanged, and not passed on",
  "caniuse-lite": "CC-BY-4.0: data that a bundler looks into, not passed on",
  "unionfs": "states none in its manifest; its repository is under the Unlicense",
};

/** Tells whether an SPDX expression is let in: of alternatives one has to be, of parts each. */
export const isAllowed = (licence: string): boolean =>
  licence.replaceAll(/[()]/g, "").split(/ OR /).some((choice) =>
    choice.split(/ AND /).every((part) => ALLOWED.has(part.trim()))
  );

/** Lists installed packages whose licence is not let in, and exceptions that nobody needs any more. */
export function licenceFaults(components: readonly Component[]): string[] {
  const installed = components.filter(({ isInstalled }) => isInstalled);
  const refused = installed.filter(({ name, licence }) =>
    !(licence !== null && isAllowed(licence)) && EXCEPTIONS[name] === undefined
  );
  const names = new Set(installed.map(({ name }) => name));
  return [
    ...refused.map(({ name, version, licence }) => `${name}@${version}: ${licence ?? "states no licence"}`),
    ...Object.keys(EXCEPTIONS).filter((name) => !names.has(name)).map((name) =>
      `${name}: is not installed any more`
    ),
  ].sort();
}

if (import.meta.main) {
  const components = await readComponents();
  const faults = licenceFaults(components);
  console.log(
    faults.join("\n") || `${components.filter((c) => c.isInstalled).length} packages, each licence is let in`,
  );
  Deno.exit(faults.length > 0 ? 1 : 0);
}
