/** `perennial models bring`, `brought` and `withdraw`: models that were trained elsewhere. */
import { Buffer } from "node:buffer";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import type { BringRequest, BroughtModels } from "../api/messages.ts";
import type { BroughtCandidate } from "../registry/brought_candidate.ts";
import { lateImport } from "../core/late_import.ts";
import { asking, type Common, type Context } from "./context.ts";
import { UsageError } from "./exit.ts";
import { minute, type Paint, table } from "./format.ts";

interface BringOptions extends Common {
  name: string;
  inputs: string;
  missing: string;
  trainedUntil: string;
  why: string;
}

/** Adds the commands below `models`. */
export function addBringCommands(models: Command, context: Context): void {
  addBring(models, context);
  const brought = models.command("brought").description("the models that people brought to one")
    .argument("<model>", "the model");
  asking(brought, "perennial models brought churn").action(async (model: string, own: Common) => {
    const list = await (await context.client(own)).brought(model);
    context.show(own, list, (shown) => broughtText(shown, context.paint));
  });
  const withdraw = models.command("withdraw").description("take a brought model out of trainings")
    .argument("<model>", "the model").argument("<name>", "the brought one");
  asking(withdraw, "perennial models withdraw churn boosted")
    .action(async (model: string, name: string, own: Common) => {
      const done = await (await context.client(own)).withdraw(model, name);
      context.show(own, done, (d) => `${d.name} takes part in no training of ${d.model}; its versions stay`);
    });
}

function addBring(models: Command, context: Context): void {
  const bring = models.command("bring").description("bring a model that was trained elsewhere")
    .argument("<model>", "the model whose question it answers")
    .argument("<file>", "an ONNX file, or the model.json of a layers model of tfjs")
    .requiredOption("--name <name>", "as it is called among the candidates")
    .requiredOption(
      "--inputs <list>",
      "its inputs in order: FEATURE or FEATURE:SHIFT:SCALE, divided by commas",
    )
    .requiredOption(
      "--trained-until <day>",
      "end of the newest outcome that it was trained on, as 2026-06-30",
    )
    .option("--missing <number>", "in place of a feature that has nothing to say", "0")
    .option("--why <text>", "the reason, for the audit", "");
  asking(
    bring,
    "perennial models bring churn churn.onnx --name boosted --inputs recency,orders_90:2.1:1.4 --trained-until 2026-06-30",
  ).action(async (model: string, file: string, own: BringOptions, { optsWithGlobals }: Command) => {
    const options = optsWithGlobals.call(bring) as BringOptions;
    const bytes = await fileOf(file);
    const body: BringRequest = {
      candidate: own.name,
      file: Buffer.from(bytes).toString("base64"),
      inputs: own.inputs.split(",").map(inputOf),
      missing: numberOf(own.missing, "--missing"),
      trainedUntil: own.trainedUntil,
      why: options.why,
    };
    const brought = await (await context.client(options)).bring(model, body);
    context.show(
      options,
      brought,
      ({ name }) =>
        `${name} is brought: the next cycle of ${model} puts it to the gate. Now: perennial force ${model} --wait`,
    );
  });
}

/** Reads the file; of a layers model, with the weights beside it. */
async function fileOf(path: string): Promise<Uint8Array> {
  try {
    if (!path.endsWith(".json")) return await readFile(path);
    const { packLayers } = await lateImport<typeof import("../onnx/layers.ts")>(
      import.meta.resolve("../onnx/layers.ts"),
    );
    return await packLayers(await readFile(path, "utf8"), (name) => readFile(join(dirname(path), name)));
  } catch (error) {
    throw new UsageError(`Cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  }
}

function inputOf(text: string): BringRequest["inputs"][number] {
  const [feature, shift = "0", scale = "1", ...more] = text.trim().split(":");
  if (feature === "" || more.length > 0) {
    throw new UsageError(`--inputs: need FEATURE or FEATURE:SHIFT:SCALE, not "${text}"`);
  }
  return { feature, shift: numberOf(shift, "--inputs"), scale: numberOf(scale, "--inputs") };
}

function numberOf(text: string, option: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number)) {
    throw new UsageError(`${option}: "${text}" is no number`);
  }
  return number;
}

function broughtText({ model, brought }: BroughtModels, paint: Paint): string {
  if (brought.length === 0) return `Nobody brought a model to ${model}`;
  const state = ({ challengedBy }: BroughtCandidate) =>
    challengedBy === null ? "waits for the next cycle" : `put to the gate by ${challengedBy}`;
  const rows = brought.map((b) => [b.name, b.trainedUntil, minute(b.at), b.by, state(b)]);
  return table(["name", "trained until", "brought", "by", "state"], rows, paint);
}
