/** `perennial models note`, `card` and `download`: one version of a model. */
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import type { VersionNote } from "../registry/version_note.ts";
import { asking, type Common, type Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { wholeNumber } from "./options.ts";

interface NoteOptions extends Common {
  tag?: string[];
  tags: boolean;
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

/** Adds the commands below `models`. */
export function addVersionCommands(models: Command, context: Context): void {
  const of = (name: string, about: string) =>
    models.command(name).description(about).argument("<model>", "the model")
      .argument("<version>", "its number", wholeNumber({ min: 1 }));
  addNote(of("note", "write a note and tags to a version"), context);
  addCard(of("card", "the model card of a version, as Markdown"), context);
  addDownload(of("download", "save the file that a version serves with"), context);
}

function addNote(note: Command, context: Context): void {
  note.argument("[text]", "the note; left out: it stays as it is")
    .option("--tag <tag>", "tag it; several times for several, which replace those it had", collect)
    .option("--no-tags", "take its tags away");
  asking(note, 'perennial models note churn 4 "before the relaunch" --tag season --tag 2026')
    .action(async (model: string, version: number, note: string | undefined, own: NoteOptions) => {
      const tags = own.tags ? own.tag : [];
      if (note === undefined && tags === undefined) throw new UsageError("Name a note, --tag or --no-tags");
      const written = await (await context.client(own)).noteVersion(model, version, { note, tags });
      context.show(own, written, noteText);
    });
}

const noteText = ({ model, version, note, tags }: VersionNote): string =>
  `${model} v${version}: ${note === "" ? "no note" : note}${tags.length > 0 ? ` [${tags.join(", ")}]` : ""}`;

function addCard(card: Command, context: Context): void {
  card.option("--html", "as HTML").option("--out <file>", "the file; left out: standard output");
  asking(card, "perennial models card churn 4\nperennial models card churn 4 --html --out churn-v4.html")
    .action(async (model: string, version: number, own: Common & { html?: boolean; out?: string }) => {
      const client = await context.client(own);
      const text = await client.versionCard(model, version, own.html ? "html" : "markdown");
      if (own.out === undefined) return context.io.out(text.trimEnd());
      await writeFile(own.out, text);
      context.io.err(`The card of ${model} v${version} is in ${own.out}`);
    });
}

function addDownload(download: Command, context: Context): void {
  download.requiredOption("--out <file>", "the file, which must not be there yet");
  asking(download, "perennial models download churn 4 --out churn-v4.artefact")
    .action(async (model: string, version: number, own: Common & { out: string }) => {
      const bytes = await (await context.client(own)).versionArtefact(model, version);
      await writeFile(own.out, bytes, { flag: "wx" }).catch((error) => {
        if (error.code === "EEXIST") throw new UsageError(`${own.out} is there already`);
        throw error;
      });
      context.io.err(`${bytes.length} bytes of ${model} v${version} are in ${own.out}`);
    });
}
