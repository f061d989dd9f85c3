/** Every command in one line each: what `--help` lists without loading any of them. `program_test.ts` compares. */

/** A command of `perennial`. */
export interface CatalogueEntry {
  readonly name: string;
  /** its arguments, as help writes them */
  readonly takes: string;
  /** the file of `commands` that defines it */
  readonly file: string;
  readonly about: string;
  /** another name that it answers to */
  readonly alias?: string;
}

export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    name: "demo",
    takes: "",
    file: "run",
    about: "replay real shop data through the production workflows, then stay up",
  },
  {
    name: "up",
    takes: "",
    file: "run",
    about: "run all of Perennial here, with its own Postgres and Temporal, until Ctrl-C",
  },
  {
    name: "api",
    takes: "",
    file: "run",
    about: "run the HTTP API alone, against DATABASE_URL and TEMPORAL_ADDRESS",
  },
  {
    name: "worker",
    takes: "",
    file: "run",
    about: "run the Temporal worker alone, against DATABASE_URL and TEMPORAL_ADDRESS",
  },
  { name: "status", takes: "", file: "status", about: "what the system is doing, model by model" },
  { name: "alerts", takes: "", file: "alerts", about: "alerts: list, ack" },
  { name: "start", takes: "[model]", file: "control", about: "turn automatic checks on" },
  { name: "stop", takes: "[model]", file: "control", about: "turn automatic checks off" },
  {
    name: "force",
    takes: "[model]",
    file: "control",
    about: "run a retraining cycle now; skips the trigger, not the validation",
  },
  { name: "history", takes: "[model]", file: "history", about: "retraining cycles, newest first" },
  {
    name: "export",
    takes: "[model]",
    file: "history",
    about: "write the whole history to a file or to standard output",
  },
  { name: "monitor", takes: "", file: "monitor", about: "monitoring results: events, inputs, outcomes" },
  {
    name: "checks",
    takes: "[model]",
    file: "checks",
    about: "answers of the trigger with their reasons, newest first",
  },
  {
    name: "explain",
    takes: "<check>",
    file: "explain",
    about: "recompute a check from its stored evidence; fails unless the result is the same",
  },
  {
    name: "impact",
    takes: "[model]",
    file: "impact",
    about: "what retraining was worth, and what brought it",
  },
  { name: "models", takes: "[model]", file: "models", about: "the models; with a name, the versions of one" },
  { name: "rollback", takes: "<model>", file: "models", about: "roll back the serving version" },
  { name: "promote", takes: "<model> <version>", file: "models", about: "promote a stored version" },
  {
    name: "extensions",
    takes: "",
    file: "extensions",
    about:
      "own models, channels, checks, detectors, strategies, policies: what each may do, and which were left out",
  },
  {
    name: "rollouts",
    takes: "",
    file: "rollouts",
    about: "gradual rollouts: list, show, plan, begin, pause, resume",
    alias: "rollout",
  },
  {
    name: "federated",
    takes: "",
    file: "federated",
    about: "train over countries whose rows stay apart: start, status, withdraw",
  },
  { name: "approvals", takes: "", file: "approvals", about: "validated versions waiting for approval" },
  { name: "approve", takes: "<model>", file: "approvals", about: "approve the waiting version" },
  { name: "reject", takes: "<model>", file: "approvals", about: "reject the waiting version" },
  {
    name: "drill",
    takes: "<model>",
    file: "drill",
    about: "roll out a deliberately degraded copy of the serving version, and check that it is rolled back",
  },
  {
    name: "doctor",
    takes: "",
    file: "doctor",
    about: "look for trouble in the installation on this machine, running or not, and say how to cure it",
  },
  {
    name: "config",
    takes: "",
    file: "config",
    about: "settings of retraining: get, set, try, history, restore",
  },
  {
    name: "backup",
    takes: "<folder>",
    file: "backup",
    about:
      "back up database, artefacts and secrets into a folder, running or not; files that it has are not copied again",
  },
  {
    name: "restore",
    takes: "<folder>",
    file: "backup",
    about:
      "fill an empty installation with a backup; workflows begin again from it, also without Temporal's store",
  },
  {
    name: "shops",
    takes: "",
    file: "shops",
    about: "shops that share Postgres, Temporal and the artefact store: add, list, remove",
  },
  {
    name: "migrate",
    takes: "",
    file: "migrate",
    about: "bring the database up to this version, as every start does; there is no way back but a backup",
  },
  {
    name: "cleanup",
    takes: "",
    file: "cleanup",
    about:
      "let go what is older than the settings keep_*_days say; a worker does it every day, and backups every month",
  },
  { name: "backtest", takes: "", file: "backtest", about: "backtests: replay history under other policies" },
  { name: "predict", takes: "<model> [users...]", file: "predict", about: "ask a model about shoppers" },
  { name: "person", takes: "", file: "person", about: "rights of shoppers: erase, export, object, requests" },
  {
    name: "import",
    takes: "<files...>",
    file: "import",
    about: "bring in history from files: CSV, JSON, NDJSON or Parquet, also packed (.gz, .zip)",
  },
  { name: "imports", takes: "", file: "imports", about: "imported files, and how to undo an import" },
  { name: "quarantine", takes: "", file: "quarantine", about: "quarantined events, and why" },
  {
    name: "detect",
    takes: "<file>",
    file: "detect",
    about: "run the drift detectors on any stream: a CSV file, also packed (.gz)",
  },
  { name: "audit", takes: "", file: "audit", about: "changes that people made, newest first" },
  { name: "keys", takes: "", file: "keys", about: "who may do what: list, link, add, rotate, revoke" },
  { name: "signing-key", takes: "", file: "keys", about: "the key that signs model files and the audit" },
  { name: "secret", takes: "", file: "keys", about: "the secret that shoppers' ids are hashed with" },
  {
    name: "completions",
    takes: "<shell>",
    file: "completions",
    about: "write the completions of a shell: bash, zsh, fish",
  },
];
