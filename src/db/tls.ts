import { readFileSync } from "node:fs";
import { InvalidInputError, messageOf } from "../core/errors.ts";

/** What TLS to the database asks of the server and shows it. */
export interface DatabaseTls {
  rejectUnauthorized: boolean;
  /** whose name the certificate has to hold */
  host: string;
  ca?: string;
  cert?: string;
  key?: string;
}

/** A database's address, and how it is reached; `tls` left out: as the driver reads the address. */
interface Reached {
  url: string;
  tls?: DatabaseTls;
}

const OURS = ["sslmode", "sslrootcert", "sslcert", "sslkey"] as const;

/**
 * Reads the parameters of TLS in an address as libpq does, with two differences: `verify-ca` looks at the name, too, and
 * `require` with `sslrootcert` is `verify-full`. The driver by itself knows no files, and takes any server for `require`.
 * @throws {InvalidInputError} a file cannot be read
 */
export function readDatabaseTls(address: string): Reached {
  const url = new URL(address);
  const { sslmode, sslrootcert, sslcert, sslkey } = Object.fromEntries(
    OURS.map((name) => [name, url.searchParams.get(name) ?? undefined]),
  );
  const hasRoot = sslrootcert !== undefined && sslrootcert !== "system";
  const verifies = sslmode === "verify-full" || sslmode === "verify-ca" ||
    (sslmode === "require" && sslrootcert !== undefined);
  if (!verifies && sslcert === undefined) {
    url.searchParams.delete("sslrootcert"); // of no use without; Postgres would be asked for it as a setting
    return { url: url.href };
  }
  if (!verifies && sslmode !== "require") {
    throw new InvalidInputError("sslcert needs sslmode=verify-full (or require) beside it", "DATABASE_URL");
  }
  for (const name of OURS) url.searchParams.delete(name);
  return {
    url: url.href,
    tls: {
      rejectUnauthorized: verifies,
      host: url.hostname.replace(/^\[|\]$/g, ""), // the driver leaves it out for an address, and no name is checked then
      ca: hasRoot ? readPem("sslrootcert", sslrootcert) : undefined,
      cert: sslcert && readPem("sslcert", sslcert),
      key: sslkey && readPem("sslkey", sslkey),
    },
  };
}

function readPem(name: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new InvalidInputError(`Cannot read ${name} of the database's address: ${messageOf(error)}`, name);
  }
}
