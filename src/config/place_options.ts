import { meantText } from "../core/closest.ts";
import { InvalidInputError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";

/** Where a service that a program starts keeps its state, listens, and finds its servers. */
export interface PlaceOptions {
  /** folder of what can be fetched or built again */
  cache?: string;
  /** folder of the models' files */
  artefacts?: string;
  /** Postgres to use; left out: DATABASE_URL, else an embedded one */
  databaseUrl?: string;
  /** Temporal to use; left out: TEMPORAL_ADDRESS, else an embedded one */
  temporalAddress?: string;
  /** namespace of that Temporal: services that share one need one each */
  temporalNamespace?: string;
  host?: string;
  /** of the API; left out: 8000 */
  port?: number;
  /** of the embedded servers; left out: their usual ones, or free ones where those are taken */
  ports?: { postgres?: number; temporal?: number; temporalUi?: number };
  /** makes pseudonyms of user ids, at least 16 characters; left out: one that is kept in `home` */
  secret?: string;
  /** the owner's key; left out: one that is kept in `home` */
  apiKey?: string;
}

/** The names of {@link PlaceOptions}, each once. */
const PLACE_OPTIONS: Readonly<Record<keyof PlaceOptions, true>> = {
  cache: true,
  artefacts: true,
  databaseUrl: true,
  temporalAddress: true,
  temporalNamespace: true,
  host: true,
  port: true,
  ports: true,
  secret: true,
  apiKey: true,
};

/**
 * Refuses options of a service that there are not: programs without types give them, and would wait for their effect.
 * @param more names of options that this way to start knows beside those of {@link PlaceOptions}
 * @throws {InvalidInputError} names the option, and what was perhaps meant
 */
export function checkOptions(options: unknown, more: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new InvalidInputError(
      `Cannot start a service: need an object of options, not ${shownValue(options)}`,
      "options",
    );
  }
  const known = [...Object.keys(PLACE_OPTIONS), ...more];
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new InvalidInputError(
    `Cannot start a service: there is no option "${unknown}"${meantText(unknown, known)}`,
    unknown,
  );
}
