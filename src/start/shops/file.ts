import { randomBytes } from "node:crypto";
import { parseEnv } from "node:util";
import { join } from "node:path";
import { newKey } from "../../app/security/keys.ts";
import { SHOP_FILE } from "../../config/shop_variables.ts";
import { messageOf } from "../../core/errors.ts";
import { newSigningKey } from "../../security/signing.ts";

/** Variables of one shop, by name. */
export type ShopVariables = Record<string, string>;

/** Where the folders of shops are, below the folder that holds the installations of this machine. */
const SHOPS = "shops";

/** The folder of a shop's file and installation. @param state `stateHome()` */
export const shopFolder = (state: string, shop: string): string => join(state, SHOPS, shop);

/** Reads the file of a shop; null: there is none on this machine. */
export async function readShopFile(folder: string): Promise<ShopVariables | null> {
  try {
    return parseEnv(await Deno.readTextFile(join(folder, SHOP_FILE))) as ShopVariables;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw new Error(`Cannot read "${join(folder, SHOP_FILE)}": ${messageOf(error)}`, { cause: error });
  }
}

/** Writes the file of a shop, for its owner alone, whole or not at all. */
export async function writeShopFile(folder: string, variables: ShopVariables): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, SHOP_FILE);
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  await Deno.writeTextFile(`${path}.draft`, lines.join(""), { mode: 0o600 });
  await Deno.rename(`${path}.draft`, path);
}

/** Lists the shops that have a file on this machine, by name. */
export async function shopFiles(state: string): Promise<{ shop: string; variables: ShopVariables }[]> {
  const shops: { shop: string; variables: ShopVariables }[] = [];
  try {
    for await (const { name } of Deno.readDir(join(state, SHOPS))) {
      const variables = await readShopFile(shopFolder(state, name));
      if (variables !== null) shops.push({ shop: name, variables });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return shops.sort((a, b) => a.shop < b.shop ? -1 : 1);
}

/** Makes the keys of a shop: nothing that one shop hashes, signs or encrypts is of use to another. */
export const newShopKeys = (): ShopVariables => ({
  PERENNIAL_API_KEY: newKey(),
  PERENNIAL_SECRET: randomBytes(32).toString("base64url"),
  PERENNIAL_SIGNING_KEY: newSigningKey().trim().replaceAll("\n", "\\n"),
  PERENNIAL_TEMPORAL_PAYLOAD_KEY: randomBytes(32).toString("base64"),
});
