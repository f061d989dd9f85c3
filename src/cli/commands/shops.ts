import type { Command } from "commander";
import { readConfig } from "../../config/environment.ts";
import { listShopDatabases } from "../../db/shops.ts";
import { stateHome } from "../../embedded/home.ts";
import { runningTemporal } from "../../embedded/temporal.ts";
import { count } from "../../format/numbers.ts";
import { installRuntime } from "../../temporal/runtime.ts";
import { addShop, type SharedServers } from "../../start/shops/add.ts";
import { shopFiles } from "../../start/shops/file.ts";
import { removeShop } from "../../start/shops/remove.ts";
import { type Context, withExamples } from "../context.ts";
import { UsageError } from "../exit.ts";
import { table } from "../format.ts";
import { openOwnerDatabase } from "../import_database.ts";
import { portNumber, wholeNumber } from "../options.ts";

interface Common {
  json?: boolean;
}

/** `perennial shops add`, `list` and `remove` */
export function addShops(program: Command, context: Context): void {
  const shops = program.command("shops").description(
    "shops that share Postgres, Temporal and the artefact store: add, list, remove",
  );
  const add = shops.command("add").description(
    "make the database, role, namespace, prefix and keys of a shop",
  )
    .argument("<name>", "lower-case letters, digits and hyphens")
    .option("--port <port>", "of its API; left out: the next free one from 8011 on", portNumber)
    .option(
      "--connections <n>",
      "to Postgres that it may have at a time",
      wholeNumber({ min: 10, max: 10_000 }),
      60,
    )
    .option("--empty", "make no tables, for perennial restore")
    .option("--json", "answer as JSON");
  withExamples(add, "perennial shops add outlet\nperennial up --shop outlet")
    .action((name: string, options: AddOptions) => runAdd(context, name, options));
  const list = shops.command("list").description("the shops beside the first one").option(
    "--json",
    "answer as JSON",
  );
  withExamples(list, "perennial shops list").action((options: Common) => runList(context, options));
  const remove = shops.command("remove").description(
    "delete a shop: its workflows, rows, artefacts and keys; backups stay",
  )
    .argument("<name>", "which one; its processes are stopped").option("--yes", "do not ask");
  withExamples(remove, "perennial backup /backups/outlet --shop outlet\nperennial shops remove outlet --yes")
    .action((name: string, options: { yes?: boolean }) => runRemove(context, name, options));
}

interface AddOptions extends Common {
  port?: number;
  connections: number;
  empty?: boolean;
}

async function runAdd(
  context: Context,
  shop: string,
  { empty = false, ...options }: AddOptions,
): Promise<void> {
  await onServers(context, async (servers) => {
    const variables = await addShop(servers, { ...options, shop, empty });
    const port = Number(variables.PERENNIAL_PORT);
    const answer = {
      shop,
      port,
      namespace: variables.TEMPORAL_NAMESPACE,
      artefacts: variables.PERENNIAL_ARTEFACTS,
    };
    context.show(
      options,
      answer,
      () =>
        `The shop "${shop}" is there: database, role, Temporal namespace ${answer.namespace}, artefacts in ` +
        `${answer.artefacts}, keys of its own. ${
          empty
            ? `Fill it: perennial restore FOLDER --shop ${shop}`
            : `Start it: perennial up --shop ${shop} (http://127.0.0.1:${port})`
        }`,
    );
  });
}

async function runList(context: Context, options: Common): Promise<void> {
  const { sql: owner, close } = await openOwnerDatabase(context.io);
  try {
    const files = new Map(
      (await shopFiles(stateHome(context.io))).map(({ shop, variables }) => [shop, variables]),
    );
    const shops = (await listShopDatabases(owner)).map((listed) => ({
      ...listed,
      port: Number(files.get(listed.shop)?.PERENNIAL_PORT) || null,
      hasFile: files.has(listed.shop),
    }));
    context.show(options, shops, (all) =>
      all.length === 0 ? "There is the first shop alone" : table(
        ["shop", "database", "MB", "connections", "port"],
        all.map(({ shop, database, bytes, connections, port, hasFile }) => [
          shop,
          database,
          count(Math.round(bytes / 1e6)),
          count(connections),
          hasFile ? String(port ?? "-") : "its file is not here",
        ]),
        context.paint,
      ));
  } finally {
    await close();
  }
}

async function runRemove(context: Context, shop: string, { yes }: { yes?: boolean }): Promise<void> {
  const { io } = context;
  const isSure = yes || await io.ask?.(`Delete the shop "${shop}" with all its data?`);
  if (!isSure) throw new UsageError(`This deletes all data of "${shop}": say --yes`);
  await onServers(context, async (servers) => {
    const left = await removeShop(servers, shop);
    io.out(
      `The shop "${shop}" is gone; backups of it are not${left === null ? "" : `, nor what is in "${left}"`}`,
    );
  });
}

/** Opens the servers that shops share, as the owner of the first shop's database. */
async function onServers(context: Context, work: (servers: SharedServers) => Promise<void>): Promise<void> {
  const { io } = context;
  const config = readConfig(io.env);
  installRuntime(() => undefined);
  const { sql: owner, url: ownerUrl, home, close } = await openOwnerDatabase(io);
  try {
    const temporalAddress = config.TEMPORAL_ADDRESS ?? await runningTemporal(home);
    if (temporalAddress === undefined) {
      throw new UsageError("Temporal does not run: start it with perennial up, or set TEMPORAL_ADDRESS");
    }
    await work({ config, owner, ownerUrl, temporalAddress, state: stateHome(io), home });
  } finally {
    await close();
  }
}
