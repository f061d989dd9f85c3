import { type Command, Option } from "commander";
import type { ApiKey } from "../../db/access/api_keys.ts";
import { aRole, type Role, ROLE_WORDS, ROLES } from "../../security/roles.ts";
import { asking, type Common, type Context } from "../context.ts";
import { minute, type Paint, table } from "../format.ts";

/** `perennial keys [list | add | revoke]` */
export function addKeys(program: Command, context: Context): void {
  const keys = program.command("keys").description("who may do what: list, add, revoke");
  asking(
    keys.command("list", { isDefault: true }).description("who has a key, with which role, last used when"),
    "perennial keys list",
  ).action(async (options: Common) => {
    const client = await context.client(options);
    context.show(options, (await client.keys()).keys, (all) => keysText(all, context.paint));
  });
  addAdd(keys, context);
  addRevoke(keys, context);
}

function addAdd(keys: Command, context: Context): void {
  const words = ROLES.map((role) => `${role} ${ROLE_WORDS[role]}`).join("; ");
  const add = keys.command("add").description("make a key for somebody; it is shown once")
    .requiredOption("--name <name>", "whose it is, as the audit will have it")
    .addOption(new Option("--role <role>", words).choices([...ROLES]).makeOptionMandatory())
    .option("--why <text>", "the reason, for the audit", "");
  asking(add, 'perennial keys add --role operator --name "Ana"').action(
    async ({ name, role, why, ...options }: Common & { name: string; role: Role; why: string }) => {
      const client = await context.client(options);
      context.show(
        options,
        await client.addKey({ name, role, why }),
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
  const rows = keys.map(({ name, role, createdAt, createdBy, lastUsedAt }) => [
    name,
    role,
    minute(createdAt),
    createdBy ?? "the installation",
    lastUsedAt === null ? "never" : minute(lastUsedAt),
  ]);
  return table(["name", "role", "made", "by", "last used"], rows, paint);
}
