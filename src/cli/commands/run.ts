import { type Command, Option } from "commander";
import { systemClock } from "../../core/clock.ts";
import { createLogger } from "../../telemetry/logger.ts";
import { readConfig } from "../../config/environment.ts";
import { cacheHome, installationHome } from "../../embedded/home.ts";
import { StandardStrategy } from "../../rollout/plan.ts";
import type { ServicePart } from "../../service.ts";
import { giveUpStart } from "../../start/give_up.ts";
import { type Context, withExamples } from "../context.ts";
import { keyText } from "../key_text.ts";
import { untilInterrupted } from "../interrupt.ts";
import { calendarDay, type DemoOptions, portNumber, wholeNumber } from "../options.ts";
import { type PlanFlags, planning, planOf, withoutPlan } from "../plan_options.ts";

/** `perennial demo`, `up`, `api` and `worker` */
export function addRun(program: Command, context: Context): void {
  addDemo(program, context);
  const up = program.command("up").description(
    "run all of Perennial here, with its own Postgres and Temporal, until Ctrl-C",
  );
  withExamples(probed(adopting(listening(up))), "perennial up\nperennial up --port 9000")
    .action((options: RunOptions) => run(context, ["worker", "api"], true, options));
  const api = program.command("api").description(
    "run the HTTP API alone, against DATABASE_URL and TEMPORAL_ADDRESS",
  );
  withExamples(
    probed(adopting(listening(api))),
    "DATABASE_URL=postgres://... TEMPORAL_ADDRESS=host:7233 perennial api --host 0.0.0.0",
  )
    .action((options: RunOptions) => run(context, ["api"], false, options));
  const worker = program.command("worker").description(
    "run the Temporal worker alone, against DATABASE_URL and TEMPORAL_ADDRESS",
  );
  withExamples(
    probed(adopting(worker)).option(
      "--queues <kinds>",
      "of work, light, features and training, set apart by commas; left out: PERENNIAL_QUEUES, else all",
    ),
    "DATABASE_URL=postgres://... TEMPORAL_ADDRESS=host:7233 TEMPORAL_TLS=true perennial worker\n" +
      "perennial worker --queues training",
  )
    .action((options: RunOptions) => run(context, ["worker"], false, options));
}

interface RunOptions {
  port?: number;
  host?: string;
  healthPort?: number;
  adopt?: boolean;
  queues?: string;
}

const adopting = (command: Command) =>
  command.option(
    "--adopt",
    "move this database over to the Temporal and the artefact folder named now; stop what runs at the old ones first",
  );

const probed = (command: Command) =>
  command.addOption(
    new Option(
      "--health-port <port>",
      "of /healthz and /readyz on a thread of their own, which answers while the rest is busy",
    ).argParser(portNumber),
  );

const listening = (command: Command) =>
  command.addOption(
    new Option("--port <port>", "of the API; left out: PERENNIAL_PORT, else 8000").argParser(portNumber),
  )
    .addOption(
      new Option("--host <address>", "to listen on; beyond loopback, reading needs the key too"),
    );

/** Runs parts of Perennial until Ctrl-C, SIGTERM, or until one of them fails for good. */
async function run(
  { io }: Context,
  parts: readonly ServicePart[],
  embedded: boolean,
  { port, host, healthPort, adopt, queues }: RunOptions,
): Promise<void> {
  const given = {
    ...port === undefined ? {} : { PERENNIAL_PORT: String(port) },
    ...host === undefined ? {} : { PERENNIAL_HOST: host },
    ...queues === undefined ? {} : { PERENNIAL_QUEUES: queues },
    ...healthPort === undefined ? {} : { PERENNIAL_HEALTH_PORT: String(healthPort) },
  };
  const config = readConfig({ ...io.env, ...given });
  const interrupt = untilInterrupted(io.env);
  const places = { home: installationHome(io), cache: cacheHome(io) };
  const { PERENNIAL_LOG: format, PERENNIAL_SHOP: shop } = config;
  const log = createLogger({ format, shop, write: io.err, clock: systemClock });
  const options = { config, env: io.env, ...places, parts, embedded, adopt, log };
  const { findServers } = await import("../../start/servers.ts");
  const startingServers = findServers(options); // meanwhile the program that needs them is read
  startingServers.catch(() => undefined); // told by the service
  const starting = import("../../service.ts") // loads Temporal, which other commands do without
    .then(({ startService }) => startService({ ...options, startingServers }));
  const service = await Promise.race([starting, interrupt.asked]);
  if (!service) return await giveUpStart({ service: starting, servers: startingServers }, log);
  try {
    if (config.PERENNIAL_LOG === "text") io.err(keyText(service)); // a collector of logs is to see no key
    await Promise.race([interrupt.asked, service.failed.then((error) => Promise.reject(error))]);
  } finally {
    log("Stopping ...");
    await service.stop();
    interrupt.end();
  }
}

interface DemoFlags extends PlanFlags {
  data?: string;
  models?: string;
  first?: string;
  last?: string;
  stepDays?: number;
  activeDays?: number;
  horizonDays?: number;
  minTrain?: number;
  activity?: "purchase" | "any";
  json?: string;
  predictions?: string;
  exit?: boolean;
  fresh?: boolean;
  port?: number;
}

function addDemo(program: Command, { io }: Context): void {
  const demo = program.command("demo").description(
    "replay real shop data through the production workflows, then stay up",
  )
    .option(
      "--data <file>",
      "events of your own (CSV, JSON, NDJSON, Parquet; .gz, .zip) in place of the bundled ones; needs --first and --last",
    )
    .option(
      "--models <folder>",
      "models of your own, a file each, replayed beside ours; left out: PERENNIAL_MODELS",
    )
    .option("--first <date>", "first cut-off", calendarDay)
    .option("--last <date>", "last cut-off", calendarDay)
    .option("--step-days <n>", "days from one cut-off to the next", wholeNumber({ min: 1, max: 365 }))
    .option(
      "--active-days <n>",
      "shoppers active within so many days are asked about",
      wholeNumber({ min: 1, max: 3650 }),
    )
    .option("--horizon-days <n>", "days that an outcome looks ahead", wholeNumber({ min: 1, max: 365 }))
    .option("--min-train <n>", "labelled cut-offs before the first model", wholeNumber({ min: 1, max: 1000 }))
    .addOption(new Option("--activity <what>", "what makes a shopper active").choices(["purchase", "any"]))
    .addOption(
      new Option("--rollout <how>", "how versions come to serve; left out: at once").choices(
        StandardStrategy.options,
      ),
    )
    .option("--json <file>", "write every cut-off's scores, per model and policy")
    .option("--predictions <file>", "write each served prediction, as CSV")
    .option("--exit", "end after the table instead of staying up")
    .option("--fresh", "start over instead of going on")
    .addOption(new Option("--port <port>", "of the API").argParser(portNumber));
  planning(demo);
  withExamples(
    demo,
    "perennial demo\nperennial demo --exit --json scores.json\nperennial demo --models my-models\nperennial demo --data events.csv.gz --first 2024-01-01 --last 2024-12-01 --fresh",
  )
    .action(async (flags: DemoFlags) => {
      const { runDemo } = await import("../demo.ts");
      await runDemo({ ...demoOptions(flags), plan: await planOf(flags, io.err) });
    });
}

/** Divides what was given on the command line into the protocol and the rest. */
export function demoOptions(flags: DemoFlags): DemoOptions {
  const { data, models, json, predictions, exit = false, fresh = false, port, ...protocol } = withoutPlan(
    flags,
  );
  return { data, models, json, predictions, exit, fresh, port, protocol };
}
