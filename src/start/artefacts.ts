import { join } from "node:path";
import { type Config, s3Place } from "../config/environment.ts";
import { InvalidInputError } from "../core/errors.ts";
import { type FileArtefacts, fileArtefacts } from "../registry/artefacts.ts";
import { s3Artefacts } from "../registry/s3_artefacts.ts";
import type { S3Access } from "../registry/s3_client.ts";

/**
 * The artefact store that the environment names, else the folder `artefacts` of the home. Nothing is opened or written.
 * @param options.id what its mark has to say
 */
export function artefactStore(config: Config, home: string, options: { id?: string } = {}): FileArtefacts {
  const place = s3Place(config.PERENNIAL_ARTEFACTS);
  if (place === null) return fileArtefacts(config.PERENNIAL_ARTEFACTS ?? join(home, "artefacts"), options);
  return s3Artefacts(s3Access(config, place), options);
}

/** Who may use a bucket, as the environment says. @throws {InvalidInputError} it names no key */
export function s3Access(
  config: Config,
  { bucket, prefix }: NonNullable<ReturnType<typeof s3Place>>,
): S3Access {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = config;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    const message = "Cannot use a bucket without AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    throw new InvalidInputError(message, "AWS_ACCESS_KEY_ID");
  }
  return {
    bucket,
    prefix: prefix === "" ? "" : `${prefix}/`,
    endpoint: config.PERENNIAL_S3_ENDPOINT,
    region: config.AWS_REGION,
    accessKeyId,
    secretAccessKey,
    sessionToken: config.AWS_SESSION_TOKEN,
    encryption: config.PERENNIAL_S3_ENCRYPTION,
  };
}
