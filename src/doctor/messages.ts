/** Messages of Perennial that a person may not know what to make of; `…` stands for what differs. */

/** One message, and what it wants of its reader. */
export interface ExplainedMessage {
  message: string;
  text: string;
}

/** Messages that belong together. */
export interface MessageSection {
  title: string;
  /** said before the messages; empty: nothing */
  lead: string;
  messages: readonly ExplainedMessage[];
}

export const MESSAGE_SECTIONS: readonly MessageSection[] = [
  {
    title: "Starting",
    lead: "",
    messages: [
      {
        message: "Cannot listen on port …: … needs it and another program has it",
        text: "Stop that program, or choose another port: `--port` or `PERENNIAL_PORT` for the API and " +
          "the dashboard, `PERENNIAL_POSTGRES_PORT`, `PERENNIAL_TEMPORAL_PORT`, " +
          "`PERENNIAL_TEMPORAL_UI_PORT` for the embedded servers.",
      },
      {
        message: 'Cannot start: the installation in "…" is already running',
        text: "Two processes never share an installation. The message names the process that has it; " +
          "stop that one. No file has to be removed: the system frees the lock when a process " +
          "ends, however it ends. To run a second installation on this machine, give it a " +
          "`PERENNIAL_HOME` and ports of its own.",
      },
      {
        message: "Cannot find or get a Temporal server. Tried, in this order:",
        text: "The list says why each way failed: a `temporal` program on the PATH, a copy in the " +
          "cache, the official download, a build with Go. Any one of them is enough; or set " +
          "`TEMPORAL_ADDRESS` to a server that runs.",
      },
      {
        message: "Cannot run the embedded Postgres: …",
        text: "There is no Postgres from npm for this system, or it does not run here. Set " +
          "`DATABASE_URL` to a server; 18 is tested.",
      },
      {
        message: 'Cannot start Postgres on port …; its log "…" ends:',
        text: "The last lines of Postgres' own log follow. A full disk and a folder that its user " +
          "cannot enter are the usual causes: as root, Postgres runs as another user, so " +
          "`PERENNIAL_HOME` must be readable for that one.",
      },
      {
        message: 'Cannot write to "…" (…); free some space there, or set … to another folder',
        text: "Do either; the message names the variable.",
      },
      {
        message: 'Cannot open "…": PostgreSQL … wrote it and this is …',
        text: "The data come from another major version. Back them up with the Perennial that wrote them " +
          "(`perennial backup`) and restore that into an empty installation of this one, or start with " +
          "`--fresh` where they can be lost, as in the demo.",
      },
      {
        message: "Cannot open this database: its user pseudonyms were made with another secret",
        text: "User ids are stored as pseudonyms, made with a secret: `PERENNIAL_SECRET`, else the " +
          "file `secret` in the installation's folder. With another one no shopper would be found " +
          "again, so nothing is opened. Set `PERENNIAL_SECRET` to the one the database was made " +
          "with, or put the file back. Processes that run apart need the same one.",
      },
      {
        message: "Cannot use Temporal at …: this database's workflows live at …",
        text: "`TEMPORAL_ADDRESS` or `TEMPORAL_NAMESPACE` names another Temporal than before, and two " +
          "would act on the same rows. Set them to the one that is named; to move over, stop what " +
          "runs there and start once with `--adopt`.",
      },
      {
        message: 'Cannot use "…": … this database\'s models are in "…"',
        text: "`PERENNIAL_ARTEFACTS` names another folder. Set it to the one that is named, or copy " +
          "its files over and start once with `--adopt`.",
      },
      {
        message: 'Cannot use the Temporal namespace "…" at …',
        text: "It does not exist there. The message ends with the command that makes it.",
      },
      {
        message: 'Cannot use the search attribute … of the Temporal namespace "…": its type is …',
        text: "Something else made it. The message ends with the commands that make it anew.",
      },
      {
        message: 'Cannot add the search attributes … to the Temporal namespace "…"',
        text: "Its own words say why; most often ten keywords are taken. The message ends with the " +
          "commands that help.",
      },
      {
        message: "Cannot use this database: …",
        text: "A newer Perennial has changed its schema: start that version again. Or it belongs to " +
          "another program: point `DATABASE_URL` to an empty database.",
      },
      {
        message: "Cannot bring this database up to date: migration … fails",
        text: "A restore ended half way. Restore the whole backup into an empty database.",
      },
      {
        message: 'Cannot start: … is not set (for example …); "up" starts its own servers',
        text: "`api` and `worker` run against servers you have: set `DATABASE_URL` and " +
          "`TEMPORAL_ADDRESS`, or run `up`.",
      },
      {
        message: "Cannot use environment variable …",
        text: "The message names the variable and what it needs; " +
          "[operating.md](operating.md#run-the-parts-apart) lists them all.",
      },
    ],
  },
  {
    title: "On the command line",
    lead: "",
    messages: [
      {
        message: "Cannot reach Perennial at …; start it (perennial up) or set PERENNIAL_URL",
        text: "Nothing answers there (exit code 3).",
      },
      {
        message: "An API key is needed",
        text: "The service wants a key and got none, or one that it does not know. `PERENNIAL_API_KEY` " +
          "wins over the file `api-key` of an installation on this machine: unset it if it belongs " +
          "to another one.",
      },
      {
        message: "Several installations run: say --installation …",
        text: "`import` writes to the database itself, so it has to know which one.",
      },
    ],
  },
  {
    title: "Nothing retrains",
    lead: "`deno task perennial checks churn` lists past answers with their reasons, `explain " +
      "last` computes the last one again.\n\n- **waiting for data**: too few new data points since the last " +
      "training (`min_new_samples`), nothing that calls for a training, or a rollout that " +
      "still runs.\n- **fix data first**: `monitor quality` shows the findings that block " +
      "training. Repair the source, or accept a finding that is expected: `monitor accept " +
      'KEY --why "..."`.\n- **not enough data**: too few outcomes; the reason says how many it ' +
      "would take.\n- **stopped**: `deno task perennial start churn`. `force` runs a cycle: it " +
      "skips the trigger, not the validation.\n\nA new version that does not serve was not " +
      "proven better: `history` shows the cycle's verdict, and `rollouts` what waits for " +
      "traffic or for [an approval](rollouts.md).",
    messages: [],
  },
  {
    title: "Events do not show up",
    lead: "`quarantine list` shows what was refused, and why; after a fix `quarantine replay` " +
      "tries it again. An event whose id was seen before counts as a duplicate and changes " +
      "nothing.",
    messages: [],
  },
  {
    title: "Notebooks and tests",
    lead: "",
    messages: [
      {
        message: "Cannot make a Python for …: need python3 with its venv module on the PATH",
        text: "Debian and Ubuntu ship it apart: `apt-get install python3-venv`.\n\nThe first `deno task " +
          "test` fetches the servers, a browser and Python packages; the tests that need one of " +
          "them say so where it cannot be had.",
      },
    ],
  },
];
