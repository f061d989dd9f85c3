/** The state of the system in a few sentences: the one place that every page, command and answer takes it from. */
import { counted } from "../format/numbers.ts";
import { moment } from "../format/times.ts";
import { capital, listed } from "../format/words.ts";
import type { ModelStatus, Status } from "./status.ts";

type Facts = Pick<Status, "models" | "data" | "replay">;

/** Sums up a status: models that do the same share a sentence; a replay comes first, trouble with the data last. */
export function headlineOf({ models, data, replay }: Facts): string {
  if (models.length === 0) return "No models yet.";
  const sentences = [
    replay ? replaySentence(replay) : "",
    ...modelSentences(models),
    replay ? "" : stoppedSentence(models),
    dataSentence(data),
  ];
  return sentences.filter((sentence) => sentence !== "").join(" ");
}

/** "Replaying history: cut-off 17 of 21, 13 Sep 2011." */
function replaySentence({ cutoff, done, cutoffs }: NonNullable<Status["replay"]>): string {
  const where = cutoff === null ? "" : `, ${moment(cutoff, "day")}`;
  return `Replaying history: cut-off ${done} of ${cutoffs}${where}.`;
}

function modelSentences(models: readonly ModelStatus[]): string[] {
  return [...Map.groupBy(models, predicate)].map(([text, group]) => {
    const names = capital(listed(group.map(({ model }) => model)));
    return `${names} ${group.length > 1 ? plural(text) : text}.`;
  });
}

/** Returns the predicate of a model's sentence: "is healthy and is being retrained". */
function predicate({ active, health, running, samples, serving }: ModelStatus): string {
  const keeps = serving ? `; v${serving.version} keeps serving` : "";
  const is = {
    "healthy": "is healthy",
    "slipped": "has degraded",
    "failed": `failed in its last cycle${keeps}`,
    "rolled back": serving ? `was rolled back to v${serving.version}` : "was rolled back",
    "promoted by hand": serving ? `serves v${serving.version}, promoted by hand` : "was promoted by hand",
    "no model yet": "has no model yet",
  }[health.state];
  if (running) return `${is} and is being retrained`;
  return active && samples.collected < samples.needed ? `${is} and is waiting for data` : is;
}

const plural = (text: string): string =>
  text.replace(/\bis\b/g, "are").replace(/\bhas\b/g, "have").replace(/\bwas\b/g, "were")
    .replace(/^serves\b/, "serve").replace("its last cycle", "their last cycle");

/** Says for which models nothing is checked or trained automatically. */
function stoppedSentence(models: readonly ModelStatus[]): string {
  const stopped = models.filter(({ active }) => !active);
  if (stopped.length === 0) return "";
  const all = stopped.length === models.length && models.length > 1;
  const whom = all
    ? (models.length === 2 ? "both" : "all models")
    : listed(stopped.map(({ model }) => model));
  return `Automatic retraining is stopped for ${whom}.`;
}

function dataSentence(data: Status["data"]): string {
  if (!data || data.openFindings === 0) return "";
  return `Data quality: ${counted(data.openFindings, "open finding")} to fix first.`;
}
