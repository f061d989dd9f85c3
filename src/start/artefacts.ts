import { join } from "node:path";
import { type Config, s3Place } from "../config/environment.ts";
import { type FileArtefacts, fileArtefacts } from "../registry/artefacts.ts";
import { s3Artefacts } from "../registry/s3_artefacts.ts";

/**
 * The artefact store that the environment names, else the folder `artefacts` of the home. Nothing is opened or written.
 * @param options.id what its mark has to say
 */
export function artefactStore(config: Config, home: string, options: { id?: string } = {}): FileArtefacts {
  const place = s3Place(config.PERENNIAL_ARTEFACTS);
  if (place === null) return fileArtefacts(config.PERENNIAL_ARTEFACTS ?? join(home, "artefacts"), options);
  return s3Artefacts({
    bucket: place.bucket,
    prefix: place.prefix === "" ? "" : `${place.prefix}/`,
    endpoint: config.PERENNIAL_S3_ENDPOINT,
    region: config.AWS_REGION,
    accessKeyId: config.AWS_ACCESS_KEY_ID!, // the environment is refused without
    secretAccessKey: config.AWS_SECRET_ACCESS_KEY!,
    sessionToken: config.AWS_SESSION_TOKEN,
    encryption: config.PERENNIAL_S3_ENCRYPTION,
  }, options);
}
