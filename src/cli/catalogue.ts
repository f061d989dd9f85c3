/** Every command in one line each: what `--help` lists without loading any of them. `program_test.ts` compares. */

/** A command of `perennial`. */
export interface CatalogueEntry {
  readonly name: string;
  /** its arguments, as help writes them */
  readonly takes: string;
  /** the file of `commands` that defines it */
  readonly file: string;
  readonly about: string;
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
  { name: "alerts", takes: "", file: "alerts", about: "what a person should know about: list, ack" },
  { name: "start", takes: "[model]", file: "control", about: "turn automatic checks on" },
  { name: "stop", takes: "[model]", file: "control", about: "turn automatic checks off" },
  {
    name: "force",
    takes: "[model]",
    file: "control",
    about: "run a retraining cycle now: past the trigger, never past the validation",
  },
  { name: "history", takes: "[model]", file: "history", about: "retraining cycles, newest first" },
  {
    name: "export",
    takes: "[model]",
    file: "history",
    about: "write the whole history to a file or to standard output",
  },
  { name: "monitor", takes: "", file: "monitor", about: "what the monitor sees: events, inputs, outcomes" },
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
    about: "compute a check again from its stored evidence; fails unless it comes out the same",
  },
  {
    name: "impact",
    takes: "[model]",
    file: "impact",
    about: "what retraining was worth, and what brought it",
  },
  { name: "models", takes: "[model]", file: "models", about: "the models; with a name, the versions of one" },
  { name: "rollback", takes: "<model>", file: "models", about: "take the serving version back" },
  { name: "promote", takes: "<model> <version>", file: "models", about: "let a kept version serve" },
  { name: "rollouts", takes: "", file: "rollouts", about: "gradual rollouts: list, show, plan, begin" },
  { name: "approvals", takes: "", file: "approvals", about: "validated versions that wait for a person" },
  { name: "approve", takes: "<model>", file: "approvals", about: "let the version that waits go on" },
  { name: "reject", takes: "<model>", file: "approvals", about: "set the version that waits aside" },
  {
    name: "drill",
    takes: "<model>",
    file: "drill",
    about: "roll out the serving version made worse on purpose, and see that it is taken back",
  },
  {
    name: "config",
    takes: "",
    file: "config",
    about: "what governs retraining: get, set, try, history, back",
  },
  {
    name: "backtest",
    takes: "",
    file: "backtest",
    about: "what policies would have done: replays history beside what serves",
  },
  { name: "predict", takes: "<model> [users...]", file: "predict", about: "ask a model about shoppers" },
  {
    name: "import",
    takes: "<files...>",
    file: "import",
    about: "bring in history from files: CSV, JSON, NDJSON or Parquet, also packed (.gz, .zip)",
  },
  {
    name: "imports",
    takes: "",
    file: "imports",
    about: "files that were imported, and how to take one out again",
  },
  { name: "quarantine", takes: "", file: "quarantine", about: "events that were put aside, and why" },
  {
    name: "detect",
    takes: "<file>",
    file: "detect",
    about: "run the drift detectors on any stream: a CSV file, also packed (.gz)",
  },
  { name: "audit", takes: "", file: "audit", about: "changes that people made, newest first" },
  { name: "keys", takes: "", file: "keys", about: "who may do what: list, link, add, rotate, revoke" },
  { name: "signing-key", takes: "", file: "keys", about: "the key that signs model files and the audit" },
  {
    name: "completions",
    takes: "<shell>",
    file: "completions",
    about: "write the completions of a shell: bash, zsh, fish",
  },
];
