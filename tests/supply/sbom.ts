/** `deno task sbom`: prints a software bill of materials, CycloneDX 1.6, from the lock file. */
import { type Component, readComponents } from "./components.ts";

const purl = ({ name, version }: Component): string => `pkg:npm/${name.replace(/^@/, "%40")}@${version}`;

/** Returns the bill of materials of these components. */
export function billOf(version: string, components: readonly Component[]) {
  const sorted = components.toSorted((a, b) => a.id < b.id ? -1 : 1);
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { "type": "application", "bom-ref": "perennial", name: "perennial", version } },
    components: sorted.map((component) => ({
      "type": "library",
      "bom-ref": component.id,
      name: component.name,
      version: component.version,
      scope: component.isInstalled ? "required" : "optional",
      purl: purl(component),
      hashes: [{ alg: "SHA-512", content: component.sha512 }],
      ...component.licence === null ? {} : { licenses: [{ expression: component.licence }] },
    })),
    dependencies: sorted.map(({ id, needs }) => ({ ref: id, dependsOn: needs })),
  };
}

if (import.meta.main) {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  console.log(JSON.stringify(billOf(version, await readComponents()), null, 2));
}
