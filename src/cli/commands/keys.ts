import { type Command, Option } from "commander";
import type { ApiKey } from "../../db/access/api_keys.ts";
import { aRole, type Role, ROLE_WORDS, ROLES } from "../../security/roles.ts";
import { rotateSigningKey } from "../../app/security/signing_key.ts";
import { rotateSecret } from "../../app/security/pseudonym_secret.ts";
import { installationHome } from "../../embedded/home.ts";
import { lockOwner } from "../../embedded/lock.ts";
import { ToldError } from "../exit.ts";
import { asking, type Common, type Context } from "../context.ts";
import { type Scope, SCOPES } from "../../security/scopes.ts";
import { wholeNumber } from "../options.ts";
import { minute, type Paint, table } from "../format.ts";

/** `perennial keys`, `signing-key` and `secret` */
export function addKeys(program: Command, context: Context): void {
  addKeyCommands(program, context);
  addSigningKey(program, context);
  addSecret(program, context);
}

/** `perennial signing-key rotate` */
function addSigningKey(program: Command, context: Context): void {
  const signing = program.command("signing-key").description("the key that signs model files and the audit");
  const rotate = signing.command("rotate")
    .description(
      "make a new one; what the old one signed is trusted further. Start Perennial again afterwards",
    )
    .option("--installation <name>", "which installation; left out: default")
    .addHelpText("after", "\nExamples:\n  perennial signing-key rotate");
  rotate.action(async ({ installation }: { installation?: string }) => {
    const { keyId } = await rotateSigningKey(installationHome(context.io, installation));
    context.io.out(`Signatures are made with key ${keyId} from the next start on`);
  });
}

/** `perennial secret rotate` */
function addSecret(program: Command, context: Context): void {
  const secret = program.command("secret").description("the secret that shoppers' ids are hashed with");
  const rotate = secret.command("rotate")
    .description(
      "make a new one, laid over the one before; stop Perennial first, and start it again afterwards",
    )
    .option("--installation <name>", "which installation; left out: default")
    .addHelpText("after", "\nExamples:\n  perennial secret rotate");
  rotate.action(async ({ installation }: { installation?: string }) => {
    const home = installationHome(context.io, installation);
    const owner = await lockOwner(home);
    if (owner) throw new ToldError(`Cannot rotate the secret: process ${owner.pid} uses it; stop it first`);
    await rotateSecret(home);
    context.io.out("Shoppers are hashed again in the background from the next start on; their keys stay");
  });
}

/** `perennial keys [list | link | add | rotate | revoke]` */
function addKeyCommands(program: Command, context: Context): void {
  const keys = program.command("keys").description("who may do what: list, link, add, rotate, revoke");
  asking(
    keys.command("list", { isDefault: true }).description("who has a key, with which role, last used when"),
    "perennial keys list",
  ).action(async (options: Common) => {
    const client = await context.client(options);
    context.show(options, (await client.keys()).keys, (all) => keysText(all, context.paint));
  });
  asking(
    keys.command("link").description("make a link that signs a browser in as you: once, within five minutes"),
    "perennial keys link",
  ).action(async (options: Common) => {
    const client = await context.client(options);
    context.show(options, await client.signInLink(), ({ path }) => new URL(path, client.url).href);
  });
  addAdd(keys, context);
  addRotate(keys, context);
  addRevoke(keys, context);
}

interface AddOptions extends Common {
  name: string;
  role: Role;
  why: string;
  scope?: Scope[];
  days?: number;
}

function addRotate(keys: Command, context: Context): void {
  const rotate = keys.command("rotate").description(
    "make another key for somebody; the one before holds for a while",
  )
    .argument("<name>", "whose it is")
    .option("--overlap <hours>", "how long the one before holds", wholeNumber({ min: 0, max: 720 }), 24)
    .option("--why <text>", "the reason, for the audit", "");
  asking(rotate, "perennial keys rotate shop-backend --overlap 48").action(
    async (name: string, { why, overlap, ...options }: Common & { why: string; overlap: number }) => {
      const made = await (await context.client(options)).rotateKey(name, { why, overlapHours: overlap });
      context.show(
        options,
        made,
        ({ key }) => `Key of ${name}, shown this once: ${key}\nThe one before holds for ${overlap} h`,
      );
    },
  );
}

function addAdd(keys: Command, context: Context): void {
  const words = ROLES.map((role) => `${role} ${ROLE_WORDS[role]}`).join("; ");
  const add = keys.command("add").description("make a key for somebody; it is shown once")
    .requiredOption("--name <name>", "whose it is, as the audit will have it")
    .addOption(new Option("--role <role>", words).choices([...ROLES]).makeOptionMandatory())
    .addOption(new Option("--scope <scope...>", "what it may do of that; left out: all").choices([...SCOPES]))
    .option(
      "--days <n>",
      "how long it holds; left out: until it is revoked",
      wholeNumber({ min: 1, max: 3650 }),
    )
    .option("--why <text>", "the reason, for the audit", "");
  asking(add, 'perennial keys add --role operator --name "Ana"').action(
    async ({ name, role, why, scope: scopes, days: expiresInDays, ...options }: AddOptions) => {
      const client = await context.client(options);
      context.show(
        options,
        await client.addKey({ name, role, why, scopes, expiresInDays }),
        (made) =>
          `Key of ${made.name}, ${aRole(made.role)}, shown this once: ${made.key}\n` +
          `It signs in at ${client.url}/sign-in, and goes to the API as "Authorization: Bearer <key>"`,
      );
    },
  );
}

function addRevoke(keys: Command, context: Context): void {
  const revoke = keys.command("revoke")
    .description("end a key and all sessions that it began, at once; the key printed at first start stays")
    .argument("<name>", "whose it is")
    .option("--why <text>", "the reason, for the audit", "");
  asking(revoke, 'perennial keys revoke Ana --why "left the team"').action(
    async (name: string, { why, ...options }: Common & { why: string }) => {
      const gone = await (await context.client(options)).revokeKey(name, { why });
      context.show(options, gone, (key) => `The key of ${key.name} is revoked, and its sessions have ended`);
    },
  );
}

function keysText(keys: readonly ApiKey[], paint: Paint): string {
  const rows = keys.map(({ name, role, createdAt, createdBy, lastUsedAt, expiresAt, expired, scopes }) => [
    name,
    role,
    minute(createdAt),
    createdBy ?? "the installation",
    lastUsedAt === null ? "never" : minute(lastUsedAt),
    expiresAt === null ? "never" : `${expired ? "expired " : ""}${minute(expiresAt)}`,
    scopes?.join(" ") ?? "all",
  ]);
  return table(["name", "role", "created", "by", "last used", "expires", "scopes"], rows, paint);
}
