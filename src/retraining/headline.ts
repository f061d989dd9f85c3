/** The state of the system in a few sentences: the one place that every page, command and answer takes it from. */
import { count, counted } from "../format/numbers.ts";
import { moment } from "../format/times.ts";
import { capital, listedFew } from "../format/words.ts";
import type { ModelStatus, Status } from "./status.ts";

type Facts = Pick<Status, "models" | "data" | "quarantine" | "replay" | "installation">;

/** Sums up a status: models that do the same share a sentence; a replay comes first, trouble with the data last. */
export function headlineOf({ models, replay, installation, ...events }: Facts): string {
  if (models.length === 0) {
    return ["No models yet.", dataSentence(events), installationSentence(installation)]
      .filter((sentence) => sentence !== "").join(" ");
  }
  const sentences = [
    replay ? replaySentence(replay) : "",
    ...modelSentences(models),
    replay ? "" : stoppedSentence(models),
    dataSentence(events),
    installationSentence(installation),
  ];
  return sentences.filter((sentence) => sentence !== "").join(" ");
}

/** "Replaying history: cut-off 17 of 21, 13 Sep 2011." */
function replaySentence({ cutoff, done, cutoffs }: NonNullable<Status["replay"]>): string {
  const where = cutoff === null ? "" : `, ${moment(cutoff, "day")}`;
  return `Replaying history: cut-off ${done} of ${cutoffs}${where}.`;
}

const named = (models: readonly ModelStatus[]): string => listedFew(models.map(({ model }) => model));

function modelSentences(models: readonly ModelStatus[]): string[] {
  return [...Map.groupBy(models, predicate)].map(([text, group]) => {
    const names = capital(named(group));
    return `${names} ${group.length > 1 ? plural(text) : text}.`;
  });
}

/** Returns the predicate of a model's sentence: "is healthy and is being retrained". */
function predicate(model: ModelStatus): string {
  const { health, serving } = model;
  const is = {
    "healthy": "is healthy",
    "slipped": "has degraded",
    "drifting": "has drifting inputs",
    "needs attention": "needs attention",
    "failed": "failed in its last cycle",
    "rolled back": serving ? `was rolled back to v${serving.version}` : "was rolled back",
    "promoted by hand": serving ? `serves v${serving.version}, promoted by hand` : "was promoted by hand",
    "no model yet": "has no model yet",
  }[health.state];
  const now = underWay(model);
  const keeps = health.state !== "failed"
    ? ""
    : serving
    ? `; v${serving.version} keeps serving`
    : "; no version serves yet";
  const comma = is.includes(",") ? "," : "";
  return `${is}${now === null ? "" : `${comma} and ${now}`}${keeps}`;
}

/** What happens to a model now, or what it waits for; null: nothing out of the ordinary. */
function underWay({ active, running, approval, rollout, samples, serving, lastCheck }: ModelStatus) {
  if (approval) return `is waiting for approval of v${approval.version}`;
  if (running) return "is being retrained";
  if (rollout?.paused) return `has the ${rollout.drill ? "drill" : "rollout"} of v${rollout.version} paused`;
  if (rollout) return rollout.drill ? "is in a drill" : `is rolling out v${rollout.version}`;
  if (!active) return null;
  if (samples.collected < samples.needed) return "is waiting for data";
  return serving === null && lastCheck?.answer === "cannot tell yet" ? "is waiting for labels" : null;
}

const plural = (text: string): string =>
  text.replace(/\bis\b/g, "are").replace(/\bhas\b/g, "have").replace(/\bwas\b/g, "were")
    .replace(/^serves\b/, "serve").replace(/^needs\b/, "need").replace("its last cycle", "their last cycle");

/** Says for which models nothing is checked or trained automatically. */
function stoppedSentence(models: readonly ModelStatus[]): string {
  const stopped = models.filter(({ active }) => !active);
  if (stopped.length === 0) return "";
  const all = stopped.length === models.length && models.length > 1;
  const whom = all ? (models.length === 2 ? "both" : "all models") : named(stopped);
  return `Automatic retraining is stopped for ${whom}.`;
}

/** "Data quality: 2 open findings to fix first; 60 of 80 events are in quarantine." */
function dataSentence({ data, quarantine }: Pick<Facts, "data" | "quarantine">): string {
  const troubles = [
    ...data && data.openFindings > 0 ? [`${counted(data.openFindings, "open finding")} to fix first`] : [],
    ...quarantine ? [quarantineText(quarantine)] : [],
  ];
  return troubles.length === 0 ? "" : `Data quality: ${troubles.join("; ")}.`;
}

/** "60 of 80 events are in quarantine" */
const quarantineText = ({ waiting, accepted }: NonNullable<Status["quarantine"]>): string =>
  `${count(waiting)} of ${counted(waiting + accepted, "event")} ${
    waiting === 1 ? "is" : "are"
  } in quarantine`;

/** "Installation: 1 open alert.": a model is no healthier than the workers that serve it. */
function installationSentence(installation: Status["installation"]): string {
  return installation ? `Installation: ${counted(installation.openAlerts, "open alert")}.` : "";
}
