import { InvalidInputError } from "../core/errors.ts";
import { SHOP_NAME } from "./environment.ts";

/** The names that a shop has on servers which it shares with others; no two shops have one in common. */
export interface ShopPlaces {
  database: string;
  role: string;
  namespace: string;
  /** below the artefact store of the first shop */
  prefix: string;
}

/** Returns the places of a shop. @throws {InvalidInputError} it cannot be named so */
export function shopPlaces(shop: string): ShopPlaces {
  if (!SHOP_NAME.test(shop)) {
    throw new InvalidInputError(
      `Cannot name a shop "${shop}": need 1 to 40 lower-case letters, digits and hyphens, a letter first`,
      "shop",
    );
  }
  const database = `perennial_shop_${shop.replaceAll("-", "_")}`; // no name has an underscore: nothing meets
  return { database, role: database, namespace: `perennial-${shop}`, prefix: `shops/${shop}` };
}
