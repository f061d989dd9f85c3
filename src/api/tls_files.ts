import { readFileSync, watch } from "node:fs";
import { dirname } from "node:path";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { InvalidInputError, messageOf } from "../core/errors.ts";

/** A certificate with its chain, and its private key, both PEM. */
export interface CertificatePair {
  cert: string;
  key: string;
}

/** Where a certificate and its key lie, and what they hold now. */
export interface TlsFiles {
  current(): CertificatePair;
  /** Tells of each pair that takes the place of the one before. @returns ends that */
  watch(changed: (pair: CertificatePair) => void): () => void;
  /** Reads the files again. False: they are as they were, or cannot be used. */
  reload(): boolean;
}

/** Writers replace the two files one after the other. */
const SETTLED_MS = 500;

/**
 * Opens a certificate and its key. They are read again when one of the files changes, so that a renewed certificate needs
 * no restart; a pair that cannot be used is told to the log and leaves the one before in place.
 * @throws {InvalidInputError} there is no usable pair at first
 */
export function openTlsFiles(
  { certPath, keyPath, log }: { certPath: string; keyPath: string; log: (line: string) => void },
): TlsFiles {
  let pair = readPair(certPath, keyPath);
  const listeners = new Set<(pair: CertificatePair) => void>();
  const reload = () => {
    try {
      const read = readPair(certPath, keyPath);
      if (read.cert === pair.cert && read.key === pair.key) return false;
      pair = read;
    } catch (error) {
      log(`The certificate stays as it was: ${messageOf(error)}`);
      return false;
    }
    for (const changed of listeners) changed(pair);
    log(`A new certificate is in use: ${new X509Certificate(pair.cert).validTo} is its end`);
    return true;
  };
  return {
    current: () => pair,
    reload,
    watch(changed) {
      listeners.add(changed);
      const end = watchFolders([certPath, keyPath], reload);
      return () => {
        listeners.delete(changed);
        end();
      };
    },
  };
}

/** Folders are watched, not files: a renewal often puts another file, or a link to it, in the old one's place. */
function watchFolders(paths: readonly string[], changed: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLED_MS);
  };
  const watchers = [...new Set(paths.map(dirname))].map((folder) => watch(folder, soon));
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

function readPair(certPath: string, keyPath: string): CertificatePair {
  const cert = readText(certPath, "PERENNIAL_TLS_CERT");
  const key = readText(keyPath, "PERENNIAL_TLS_KEY");
  const fits = (() => {
    try {
      return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
    } catch (error) {
      throw new InvalidInputError(
        `Cannot use the certificate ${certPath} with the key ${keyPath}: ${messageOf(error)}`,
        "PERENNIAL_TLS_CERT",
      );
    }
  })();
  if (fits) return { cert, key };
  throw new InvalidInputError(
    `The key ${keyPath} is not that of the certificate ${certPath}`,
    "PERENNIAL_TLS_KEY",
  );
}

function readText(path: string, variable: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new InvalidInputError(`Cannot read ${variable}: ${messageOf(error)}`, variable);
  }
}
