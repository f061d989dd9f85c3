/** Every trouble that `perennial doctor` can find. `docs/troubleshooting.md` is written from it. */

/** Where a trouble lies: the headings of the page, in its order. */
export const AREAS = [
  "The service does not start",
  "Retraining fails",
  "Performance falls",
  "Data do not arrive",
  "The disk fills up",
  "Keys and certificates",
] as const;
type Area = (typeof AREAS)[number];

/** One kind of trouble, in the words that a person reads. */
export interface Trouble {
  area: Area;
  title: string;
  /** what a person sees of it */
  symptom: string;
  /** the most likely first */
  causes: readonly string[];
  cure: string;
  /** what `perennial doctor --fix` does about it; left out: a person has to */
  fix?: string;
}

const troubles = {
  "no-installation": {
    area: "The service does not start",
    title: "There is no installation here",
    symptom:
      "Every command says that it cannot reach Perennial, and the folder of the installation is empty.",
    causes: [
      "Perennial was never started by this user",
      "PERENNIAL_HOME names another folder than before, or one that is not mounted yet",
    ],
    cure: "Start it with `perennial up`, or set PERENNIAL_HOME to the folder that it ran in before.",
  },
  "service-down": {
    area: "The service does not start",
    title: "The API does not answer",
    symptom: "The dashboard does not open, and commands end with exit code 3.",
    causes: [
      "Perennial is not running",
      "it listens on another port or host than PERENNIAL_URL or PERENNIAL_PORT says",
      "its process is alive and does nothing any more",
    ],
    cure:
      "Start it with `perennial up` and read its last lines; if a process has the installation already, " +
      "stop that one first (`kill PID`, the lock names it).",
  },
  "service-not-ready": {
    area: "The service does not start",
    title: "The API answers, and is not ready",
    symptom: "`GET /readyz` answers 503; the dashboard shows old figures.",
    causes: ["Postgres or Temporal does not answer it", "Postgres takes no changes"],
    cure: "See the other findings; where there is none, it was about to start: ask again.",
  },
  "folder-open": {
    area: "The service does not start",
    title: "Others may look into the installation's folder",
    symptom: "Nothing yet: the folder holds the secret of the pseudonyms, the API key and the signing key.",
    causes: ["the folder was copied or restored without its rights"],
    cure: "`chmod 700` the folder (711 as root, whose Postgres runs as another user).",
    fix: "sets the rights of the folder",
  },
  "secret-open": {
    area: "Keys and certificates",
    title: "Others may read a secret file",
    symptom: "Nothing yet: whoever reads it can sign in, sign models, or undo the pseudonyms.",
    causes: ["the file was copied or restored without its rights"],
    cure: "`chmod 600` the file. If others have an account on this machine, make a new key.",
    fix: "sets the rights of the file",
  },
  "folder-unwritable": {
    area: "The service does not start",
    title: "The installation's folder cannot be written",
    symptom: "`perennial up` ends with `Cannot write to ...`.",
    causes: [
      "the folder belongs to another user",
      "the file system is mounted read-only",
      "the disk is full",
    ],
    cure: "Run Perennial as the owner of the folder, or set PERENNIAL_HOME to one that this user may write.",
  },
  "disk-low": {
    area: "The disk fills up",
    title: "Little space is left on a disk",
    symptom:
      "Postgres stops taking events (503), trainings are tried again and again, a log says `No space left`.",
    causes: ["files and rows were kept longer than needed", "another program fills the disk"],
    cure:
      "See what can go with `perennial cleanup --dry-run`, shorten what is kept (settings keep_*_days), " +
      "or give the disk more room.",
  },
  "orphan-files": {
    area: "The disk fills up",
    title: "Artefact files that nothing names",
    symptom: "The artefact folder is larger than the models and the evidence that are kept.",
    causes: [
      "checkpoints of trainings that ended, drafts of failed writes: the daily sweep lists them and deletes them a day later",
      "the sweep does not run: no worker, or no schedule",
    ],
    cure: "None where a worker runs: the sweep of tomorrow deletes them. Else start one.",
  },
  "clock-off": {
    area: "The service does not start",
    title: "Clocks do not agree",
    symptom: "Events are refused as of the future, signatures and sessions end early, checks come late.",
    causes: ["this machine's clock is not kept by NTP", "the clock of the database's machine is not"],
    cure: "Set the clock, and let NTP keep it (`timedatectl set-ntp true`).",
  },
  "postgres-down": {
    area: "The service does not start",
    title: "Postgres does not answer",
    symptom: "`Cannot open database ...` at the start; 503 from the API.",
    causes: [
      "the embedded Postgres died: the end of `postgres/postgres.log` in the installation's folder says why",
      "DATABASE_URL names a server that does not run, or a password that is not right",
      "the disk is full",
    ],
    cure: "Read the words of the finding and the end of that log; start Postgres, or mend DATABASE_URL.",
  },
  "postgres-read-only": {
    area: "The service does not start",
    title: "Postgres takes no changes",
    symptom: "`POST /events` answers 503, `GET /readyz` says read-only.",
    causes: ["it is a standby", "default_transaction_read_only is set, as after its disk was full"],
    cure: "Point DATABASE_URL at the primary, or set default_transaction_read_only off again.",
  },
  "schema-behind": {
    area: "The service does not start",
    title: "The database has an older schema than this version",
    symptom: "Commands that read the database fail; nothing is wrong once the service was started.",
    causes: ["this version was installed and not started yet", "a restore brought an older database"],
    cure: "Make a backup (`perennial backup`), then start this version: it migrates by itself.",
  },
  "schema-newer": {
    area: "The service does not start",
    title: "The database has a newer schema than this version",
    symptom: "`Cannot use this database: a newer Perennial ...` at the start.",
    causes: ["an older version was installed over a newer one"],
    cure: "Start the newer version again, or restore the backup made before it was first started.",
  },
  "schema-foreign": {
    area: "The service does not start",
    title: "The database belongs to another program",
    symptom: "`Cannot use this database: it has tables of another program`.",
    causes: ["DATABASE_URL names the wrong database"],
    cure: "Set DATABASE_URL to an empty database, made for example by `createdb perennial`.",
  },
  "audit-rewritable": {
    area: "Keys and certificates",
    title: "The role of the app could rewrite the audit",
    symptom: "A line at each start says so.",
    causes: ["DATABASE_URL connects as the owner of the tables"],
    cure:
      "Set PERENNIAL_OWNER_DATABASE_URL to the owner's address, and DATABASE_URL to one of a role that owns nothing.",
  },
  "shop-not-apart": {
    area: "Keys and certificates",
    title: "A shop's role may connect to another shop's database",
    symptom: "Nothing yet: it owns no table there and may read none.",
    causes: ["somebody granted CONNECT on that database to the role, or to PUBLIC"],
    cure: "Take it back, as the owner: `revoke connect on database NAME from ROLE, public`.",
  },
  "audit-broken": {
    area: "Keys and certificates",
    title: "The audit was changed",
    symptom: "`perennial audit verify` names a broken link.",
    causes: ["somebody wrote to the database past Perennial", "a restore mixed two databases"],
    cure: "Find out who had the database's password then; compare with the heads that the webhook was sent.",
  },
  "temporal-down": {
    area: "The service does not start",
    title: "Temporal does not answer",
    symptom: "`Cannot reach Temporal at ...` at the start; changes are accepted and nothing happens.",
    causes: [
      "the embedded Temporal died: the end of `temporal.log` says why",
      "TEMPORAL_ADDRESS, TEMPORAL_TLS or TEMPORAL_API_KEY is not right",
    ],
    cure: "Start it, or mend the variables; `temporal operator cluster health` tells whether it is well.",
  },
  "temporal-setup": {
    area: "The service does not start",
    title: "Temporal lacks something",
    symptom:
      "`Cannot use the Temporal namespace ...` or `Cannot add the search attributes ...` at the start.",
    causes: ["the namespace was never made", "an attribute has another type, or there is no room for it"],
    cure: "Run the command at the end of the finding.",
    fix: "adds the search attributes that are missing",
  },
  "temporal-other": {
    area: "The service does not start",
    title: "Another Temporal than the one that this database belongs to",
    symptom: "`Cannot use Temporal at ...: this database's workflows live at ...`.",
    causes: [
      "TEMPORAL_ADDRESS or TEMPORAL_NAMESPACE names another one",
      "the database was restored elsewhere",
    ],
    cure: "Set them to the one that is named, or stop what runs there and start once with `--adopt`.",
  },
  "schedule-missing": {
    area: "Retraining fails",
    title: "A schedule is missing in Temporal",
    symptom: "Lost workflows are not begun again, files and rows are not cleaned up.",
    causes: ["Temporal's store was lost and no worker has run since", "somebody deleted the schedule"],
    cure: "Start a worker: it makes its schedules again within a minute.",
    fix: "makes the schedule",
  },
  "no-worker": {
    area: "Retraining fails",
    title: "No worker polls Temporal",
    symptom: "`force` waits for ever, checks do not come, status says nothing new.",
    causes: [
      "`perennial up` or `perennial worker` does not run",
      "it polls another task queue (TEMPORAL_TASK_QUEUE) or namespace",
    ],
    cure: "Start `perennial up` or `perennial worker`, with the same TEMPORAL_* variables as the API.",
  },
  "queue-unserved": {
    area: "Retraining fails",
    title: "No worker takes one kind of work",
    symptom: "Cycles stand still at one stage, while others of their steps go on.",
    causes: [
      "every worker that runs was started with other --queues (PERENNIAL_QUEUES)",
      "the workers of this kind are down, or of a release that knew one queue alone",
    ],
    cure: "Start one that takes it (`perennial worker --queues training`). What waits goes on by itself.",
  },
  "workflow-lost": {
    area: "Retraining fails",
    title: "Something should run in Temporal and does not",
    symptom: "Status says running or active, and nothing moves.",
    causes: ["its workflow was terminated from outside", "Temporal's store was lost"],
    cure: "None where a worker runs: the reconciler begins it again, or settles it as lost, within a minute.",
    fix: "asks the reconciler to look now",
  },
  "workflow-paused": {
    area: "Retraining fails",
    title: "Something that should run is paused in Temporal",
    symptom: "Status says running or active, and nothing moves, however long one waits.",
    causes: ["somebody paused its workflow in Temporal's UI or by its command line"],
    cure:
      "`temporal workflow unpause --workflow-id ID`, or Unpause in Temporal's UI; Perennial leaves it as it is.",
  },
  "wish-not-followed": {
    area: "Retraining fails",
    title: "A retrainer does otherwise than it was asked",
    symptom: "`perennial start` or `stop` was accepted, and status still says the opposite.",
    causes: ["no worker was there to hear it", "its workflow is stuck: Temporal's pages show its last task"],
    cure: "Start a worker; the reconciler tells the retrainer again within a minute.",
    fix: "asks the reconciler to look now",
  },
  "cycles-failing": {
    area: "Retraining fails",
    title: "The newest cycles of a model failed",
    symptom: "History shows `failed` or `lost`; what served goes on serving.",
    causes: [
      "there is nothing to learn: one outcome alone, no purchases",
      "the artefact folder cannot be written: space, rights, a mount",
      "the worker has too little memory",
    ],
    cure: "`perennial history NAME` shows the error of each; mend its cause, then `perennial force NAME`.",
  },
  "messages-unsent": {
    area: "Retraining fails",
    title: "Changes that people asked for did not reach Temporal",
    symptom: "`perennial start`, `stop` or `force` was accepted, and nothing happened.",
    causes: ["Temporal was away", "Temporal refused the message"],
    cure: "Mend Temporal: what waits is sent by itself. What was given up has to be asked for again.",
  },
  "store-missing": {
    area: "Retraining fails",
    title: "The artefact store is not there",
    symptom: "Predictions fall back or fail; no version can be promoted; trainings fail.",
    causes: [
      "its volume is not mounted yet",
      "its S3 server does not answer, or refuses the key",
      "PERENNIAL_ARTEFACTS names another place",
    ],
    cure: "Mount it, mend the server or AWS_ACCESS_KEY_ID, or set PERENNIAL_ARTEFACTS. " +
      "Nothing is marked as damaged meanwhile.",
  },
  "store-other": {
    area: "Retraining fails",
    title: "The artefact folder belongs to another database",
    symptom: '`Cannot use "...": ... this database\'s models are in ...` at the start.',
    causes: ["PERENNIAL_ARTEFACTS names the folder of another installation"],
    cure: "Set it to the folder that is named, or copy its files over and start once with `--adopt`.",
  },
  "file-missing": {
    area: "Performance falls",
    title: "The file of a version is not there",
    symptom: "The version answers no more: another one or the mean answers in its place (`fallback`).",
    causes: ["the file was deleted by hand", "a backup was restored in part"],
    cure:
      "Put the file back from a backup (`perennial restore --artefacts-only`), or promote another version.",
  },
  "file-damaged": {
    area: "Performance falls",
    title: "The file of a version is not what was written",
    symptom: "The version answers no more, and an alert says so.",
    causes: ["the disk lost bits", "somebody changed the file"],
    cure:
      "Put the file back from a backup (`perennial restore --artefacts-only`), or promote another version. " +
      "A good read takes the mark away.",
  },
  "version-unsigned": {
    area: "Performance falls",
    title: "A version is not signed by this installation",
    symptom: "The version is refused: it neither serves nor can be promoted.",
    causes: [
      "its row was changed past Perennial",
      "the signing key was lost, or another one took its place without being trusted",
    ],
    cure: "Put the file signing-key back, or name the old public key in PERENNIAL_TRUSTED_SIGNING_KEYS; " +
      "else train anew: `perennial force NAME`.",
  },
  "mark-stale": {
    area: "Performance falls",
    title: "A version is marked as damaged, and its file is good",
    symptom: "Rollback and promote refuse the version.",
    causes: ["the file was put back", "its disk was away for a while"],
    cure: "None where a worker runs: the reconciler reads it within a minute and takes the mark away.",
    fix: "asks the reconciler to look now, or takes the mark away where no worker runs",
  },
  "evidence-missing": {
    area: "Performance falls",
    title: "Evidence of a newest judgement cannot be read",
    symptom: "`perennial explain` cannot compute a past check again.",
    causes: ["a file was deleted by hand or is damaged", "a backup was restored in part"],
    cure: "Put the files back (`perennial restore --artefacts-only`). Nothing that serves depends on them.",
  },
  "performance-fell": {
    area: "Performance falls",
    title: "A model does worse, or its inputs have changed",
    symptom: "An alert about performance, drift or data quality is open.",
    causes: [
      "customers behave differently: drift names the features",
      "the data are broken: `perennial monitor quality` names the finding, and training waits for it",
      "a version was promoted that was not proven better",
    ],
    cure:
      "`perennial alerts` and `perennial monitor NAME` show the evidence. `perennial force NAME` trains now; " +
      "`perennial rollback NAME` brings the version before back.",
  },
  "alert-open": {
    area: "Performance falls",
    title: "A critical alert is open",
    symptom: "Status says so.",
    causes: ["its title says why"],
    cure: "`perennial alerts` lists it with its detail; it closes by itself once its cause is gone.",
  },
  "nothing-serves": {
    area: "Performance falls",
    title: "No version of a model serves yet",
    symptom: "Predictions are refused (409).",
    causes: ["too little history", "no challenger was proven good yet"],
    cure: "Wait for the day that the finding names, or bring in older events (`perennial import`).",
  },
  "no-events": {
    area: "Data do not arrive",
    title: "No events are stored",
    symptom: "Every check says `not enough data`.",
    causes: ["nothing was imported or sent yet", "everything went to quarantine"],
    cure:
      "`perennial import FILE`, or send events to `POST /events`; `perennial quarantine list` shows what was refused.",
  },
  "no-purchases": {
    area: "Data do not arrive",
    title: "None of the events is a purchase",
    symptom: "Every cycle ends with `Nothing to learn`.",
    causes: ["the shop has another word for a purchase"],
    cure: "Import again with `--types WORD=purchase`.",
  },
  "too-little-history": {
    area: "Data do not arrive",
    title: "Too little history for a first training",
    symptom: "Checks say `not enough data`.",
    causes: ["a first model needs active_days of history and min_train_cutoffs whole horizons after it"],
    cure: "Wait for the day that is named, import older events, or lower min_train_cutoffs or horizon_days.",
  },
  "events-stopped": {
    area: "Data do not arrive",
    title: "No events have come for a while",
    symptom: "New data points stand still; features grow old.",
    causes: ["the sender stopped, or its key ended", "everything is refused: see the quarantine"],
    cure: "Look at the sender's log and at `perennial quarantine list`.",
  },
  "quarantine-fills": {
    area: "Data do not arrive",
    title: "Many events are quarantined",
    symptom: "Events are sent and do not show up.",
    causes: ["a sender changed a field", "money comes in a currency without a rate"],
    cure: "`perennial quarantine list` says why; after a fix `perennial quarantine replay`.",
  },
  "alerts-not-delivered": {
    area: "Data do not arrive",
    title: "Alerts that reached nobody",
    symptom: "Nobody heard of an alert that is open.",
    causes: ["the webhook or the mail server refused them for three days"],
    cure:
      "`perennial alerts` shows the error; mend the receiver, or PERENNIAL_WEBHOOK_URL and PERENNIAL_SMTP_URL.",
  },
  "no-backup": {
    area: "The disk fills up",
    title: "There is no backup of late",
    symptom: "Nothing yet: what a disk loses is lost.",
    causes: ["`perennial backup` was never run, or its timer stopped"],
    cure:
      "`perennial backup FOLDER`, each night by a timer; `perennial restore` is tried on another machine.",
  },
  "archive-failing": {
    area: "The disk fills up",
    title: "The archive takes no log",
    symptom:
      "`postgres.log` says `archive command failed`, and the data folder grows: Postgres keeps what was not archived.",
    causes: ["PERENNIAL_ARCHIVE is full, not mounted, or not open to the user that Postgres runs as"],
    cure:
      "Mend the folder: what waits goes there by itself. To archive no more, start once with PERENNIAL_ARCHIVE=off.",
  },
  "secret-missing": {
    area: "Keys and certificates",
    title: "A secret of the installation is gone",
    symptom:
      "`Cannot open this database: its user pseudonyms were made with another secret`, or versions are refused.",
    causes: [
      "the folder was restored without it",
      "PERENNIAL_SECRET or PERENNIAL_SIGNING_KEY is not set any more",
    ],
    cure:
      "Put the file back from a backup (`perennial restore`), or set the variable. Never start without: another one is made.",
  },
  "key-expires": {
    area: "Keys and certificates",
    title: "An API key ends soon, or has ended",
    symptom: "A sender is refused with 401.",
    causes: ["it was made with `--days`"],
    cure: "`perennial keys rotate NAME` gives its holder another one; the old one holds for a while.",
  },
  "certificate-expires": {
    area: "Keys and certificates",
    title: "A certificate ends soon, or has ended",
    symptom: "`Cannot reach Temporal`, with an error of TLS.",
    causes: ["it was not renewed"],
    cure: "Put the renewed file in its place and start Perennial again.",
  },
} as const satisfies Record<string, Trouble>;

export type TroubleId = keyof typeof troubles;
export const CATALOGUE: Readonly<Record<TroubleId, Trouble>> = troubles;
export const TROUBLE_IDS = Object.keys(troubles) as TroubleId[];
