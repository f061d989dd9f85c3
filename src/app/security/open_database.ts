import { randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkDatabase, connect } from "../../db/connect.ts";
import { migrate } from "../../db/migrate.ts";
import { APP_ROLE, grantApp } from "../../db/roles.ts";
import { checkShop } from "../installation_identity.ts";

/** How to reach a database: as who owns its tables, and as the app. */
interface DatabaseUrls {
  /** left out: the app's own role migrates, and so could rewrite the audit */
  ownerUrl?: string;
  /** left out: a role that is made here, whose password is kept in the home */
  appUrl?: string;
  home: string;
  /** the shop that it has to belong to; left out: none of several */
  shop?: string;
}

/**
 * Migrates as the owner, lets the app's role work with the tables, and returns how the app connects.
 * @throws {DatabaseUnreachableError} it does not answer   @throws {InvalidInputError} it is another shop's
 */
export async function prepareDatabase({ ownerUrl, appUrl, home, shop }: DatabaseUrls): Promise<string> {
  const migrating = ownerUrl ?? appUrl!;
  const owner = connect(migrating, { max: 2 });
  try {
    await checkDatabase(owner, migrating);
    await migrate(owner);
    await checkShop(owner, shop);
    if (ownerUrl === undefined) return appUrl!;
    if (appUrl !== undefined) {
      await grantApp(owner, { role: decodeURIComponent(new URL(appUrl).username) });
      return appUrl;
    }
    const password = await keptPassword(home);
    await grantApp(owner, { role: APP_ROLE, password });
    return withUser(ownerUrl, APP_ROLE, password);
  } finally {
    await owner.end({ timeout: 5 });
  }
}

function withUser(url: string, username: string, password: string): string {
  const changed = new URL(url);
  changed.username = username;
  changed.password = password;
  return changed.href;
}

/** The password of the app's role; the first of several processes that start at once makes it. */
async function keptPassword(home: string): Promise<string> {
  const path = join(home, "postgres.app-password");
  const read = () => readFile(path, "utf8").then((text) => text.trim());
  try {
    return await read();
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
  }
  const draft = `${path}.${crypto.randomUUID()}`;
  await writeFile(draft, randomBytes(24).toString("hex"), { mode: 0o600 });
  await link(draft, path).catch((error) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(draft);
  return await read();
}
