/** The Containerfile, read as data. Only the instructions that ours has. */

/** One step of a stage. */
export type Step =
  | { kind: "run"; command: string }
  | { kind: "copy"; from: string | null; source: string; target: string };

/** What holds for a step, or for the finished image. */
export interface Settings {
  env: Readonly<Record<string, string>>;
  folder: string;
}

export interface Stage {
  name: string;
  base: string;
  steps: (Step & Settings)[];
  image: Settings & { user: string; ports: number[]; entrypoint: string[]; command: string[] };
}

/** Reads stages from the first to the last, which is the image. @throws {Error} on an instruction that it does not know */
export function readContainerfile(text: string): Stage[] {
  const stages: Stage[] = [];
  for (const line of joined(text)) {
    const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (word === "FROM") stages.push(newStage(rest, stages.length));
    else instruct(stages.at(-1), word, rest, line);
  }
  return stages;
}

/** Returns instructions a line each, without comments. */
const joined = (text: string): string[] =>
  text.replaceAll(/\\\n\s*/g, "").split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));

function newStage(rest: string, index: number): Stage {
  const [base, , name = String(index)] = rest.split(/\s+/);
  const image = { env: {}, folder: "/", user: "0:0", ports: [], entrypoint: [], command: [] };
  return { name, base, steps: [], image };
}

function instruct(stage: Stage | undefined, word: string, rest: string, line: string): void {
  if (stage === undefined) throw new Error(`Cannot read "${line}": it comes before any FROM`);
  const { image } = stage;
  const settings = { env: image.env, folder: image.folder };
  if (word === "RUN") stage.steps.push({ kind: "run", command: rest, ...settings });
  else if (word === "COPY") stage.steps.push({ ...copyOf(rest), ...settings });
  else if (word === "ENV" || word === "ARG") image.env = { ...image.env, ...pairsOf(rest) };
  else if (word === "WORKDIR") image.folder = rest;
  else if (word === "USER") image.user = rest;
  else if (word === "EXPOSE") image.ports = rest.split(/\s+/).map(Number);
  else if (word === "ENTRYPOINT") image.entrypoint = JSON.parse(rest);
  else if (word === "CMD") image.command = JSON.parse(rest);
  else throw new Error(`Cannot read "${line}"`);
}

function copyOf(rest: string): Step {
  const words = rest.split(/\s+/);
  const from = words[0].startsWith("--from=") ? words.shift()!.slice("--from=".length) : null;
  if (words.length !== 2) throw new Error(`Cannot read "COPY ${rest}": need one source and one target`);
  return { kind: "copy", from, source: words[0], target: words[1] };
}

const pairsOf = (rest: string): Record<string, string> =>
  Object.fromEntries(rest.split(/\s+/).map((pair) => pair.split("=", 2)));
