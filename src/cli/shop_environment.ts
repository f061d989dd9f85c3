import { environmentOfShop } from "../config/shop_variables.ts";
import { shopPlaces } from "../config/shops.ts";
import { stateHome } from "../embedded/home.ts";
import { readShopFile, shopFolder } from "../start/shops/file.ts";
import { UsageError } from "./exit.ts";
import type { Io } from "./io.ts";

/**
 * Returns the environment in which a command means this shop: what its file says, and of the rest what all shops share.
 * @param options.named on the command line: then it must have a file; PERENNIAL_SHOP may stand beside the shop's own
 *   variables, as a container has them
 * @throws {UsageError} no shop is known by that name
 */
export async function shopEnvironment(
  io: Pick<Io, "env" | "uid">,
  shop: string,
  { named }: { named: boolean },
): Promise<Io["env"]> {
  shopPlaces(shop); // a name that can be none is told as such
  const home = shopFolder(stateHome(io), shop);
  const file = await readShopFile(home);
  if (file !== null) return environmentOfShop(io.env, { file, home });
  if (!named && (io.env.DATABASE_URL || io.env.PERENNIAL_URL)) return io.env;
  throw new UsageError(
    `There is no shop "${shop}" on this machine: perennial shops list, or shops add ${shop}`,
  );
}
