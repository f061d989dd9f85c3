import type { Command } from "commander";
import type { Extension } from "../../app/extensions.ts";
import { asking, type Common, type Context } from "../context.ts";
import { type Paint, table } from "../format.ts";

/** `perennial extensions` */
export function addExtensions(program: Command, context: Context): void {
  const extensions = program.command("extensions").description(
    "own models, channels, checks, detectors, strategies, policies: what each may do, and which were left out",
  );
  asking(extensions, "perennial extensions\nperennial extensions --json").action(async (options: Common) => {
    const { extensions } = await (await context.client(options)).extensions();
    context.show(options, extensions, (all) => extensionsText(all, context.paint));
  });
}

function extensionsText(extensions: readonly Extension[], paint: Paint): string {
  if (extensions.length === 0) {
    return "No extensions: set PERENNIAL_MODELS or PERENNIAL_EXTENSIONS to a folder";
  }
  const rows = extensions.map(({ file, kind, name, may, fault }) => [
    file,
    kind ?? "-",
    name ?? "-",
    fault === null ? paint("green", "in use") : paint("red", "left out"),
    fault ?? may,
  ]);
  return table(["file", "what", "name", "state", "may, or why it is left out"], rows, paint);
}
