import { X509Certificate } from "node:crypto";
import { readFile, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { DAY_MS } from "../../core/time.ts";
import { type Finding, finding } from "../finding.ts";
import type { Patient } from "../patient.ts";

/** Files of an installation that only its owner may read. */
export const SECRET_FILES = [
  "secret",
  "signing-key",
  "api-key",
  "postgres.password",
  "postgres.app-password",
] as const;

const GROUP_AND_OTHERS = 0o077;
const MEBIBYTE = 2 ** 20;
/** Postgres needs room for its log alone: below the first it is close, below the second nothing works for long. */
const SPACE_WARNING = 2048 * MEBIBYTE;
const SPACE_PROBLEM = 512 * MEBIBYTE;
const SOON_MS = 30 * DAY_MS;

/** The rights of the folder and of the secrets in it. */
export async function lookAtRights({ home, uid }: Patient): Promise<Finding[]> {
  if (Deno.build.os === "windows") return [];
  const found: Finding[] = [];
  const allowed = uid === 0 ? 0o711 : 0o700;
  const mode = await modeOf(home);
  if (mode !== null && (mode & 0o777 & ~allowed) !== 0) {
    const detail = `"${home}" has the rights ${octal(mode)}; ${octal(allowed)} is enough`;
    found.push(finding("folder-open", "problem", { subject: home, detail }));
  }
  for (const name of SECRET_FILES) {
    const path = join(home, name);
    const rights = await modeOf(path);
    if (rights === null || (rights & GROUP_AND_OTHERS) === 0) continue;
    found.push(
      finding("secret-open", "problem", {
        subject: path,
        detail: `"${path}" has the rights ${octal(rights)}`,
      }),
    );
  }
  return found;
}

/** Whether a file can be written there. */
export async function lookAtWriting({ home }: Patient): Promise<Finding[]> {
  const probe = join(home, `.doctor-${crypto.randomUUID()}`);
  try {
    await Deno.writeTextFile(probe, "", { createNew: true, mode: 0o600 });
    await Deno.remove(probe);
    return [];
  } catch (error) {
    return [
      finding("folder-unwritable", "problem", { subject: home, detail: `"${home}": ${messageOf(error)}` }),
    ];
  }
}

/** Free space where the installation and its artefacts lie. */
export async function lookAtDisk({ home, artefacts }: Patient): Promise<Finding[]> {
  const found: Finding[] = [];
  const seen = new Set<string>();
  for (const folder of artefacts.folder === null ? [home] : [home, artefacts.folder]) {
    const space = await statfs(folder).catch(() => null);
    if (space === null) continue;
    const free = space.bavail * space.bsize;
    const disk = `${space.blocks}/${space.bfree}`; // one disk is told once
    if (free >= SPACE_WARNING || seen.has(disk)) continue;
    seen.add(disk);
    const severity = free < SPACE_PROBLEM ? "problem" : "warning";
    const detail = `${Math.floor(free / MEBIBYTE)} MiB are left where "${folder}" lies`;
    found.push(finding("disk-low", severity, { subject: folder, detail }));
  }
  return found;
}

/**
 * Secrets without which the database cannot be used, or its versions not be trusted.
 * @param uses what the database holds that was made with them: the first start makes both
 */
export async function lookAtSecrets(
  { home, config }: Patient,
  uses: { pseudonyms: boolean; signatures: boolean },
): Promise<Finding[]> {
  const { PERENNIAL_SECRET: secret, PERENNIAL_SIGNING_KEY: signingKey } = config;
  const needed = [
    { file: "secret", given: secret, variable: "PERENNIAL_SECRET", isUsed: uses.pseudonyms },
    { file: "signing-key", given: signingKey, variable: "PERENNIAL_SIGNING_KEY", isUsed: uses.signatures },
  ];
  const found: Finding[] = [];
  for (const { file, given, variable } of needed.filter(({ isUsed }) => isUsed)) {
    const path = join(home, file);
    if (given !== undefined || await modeOf(path) !== null) continue;
    const detail = `neither "${path}" nor ${variable} is there`;
    found.push(finding("secret-missing", "problem", { subject: path, detail }));
  }
  return found;
}

/** The certificates that the environment names. */
export async function lookAtCertificates({ config, clock }: Patient): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const variable of ["TEMPORAL_TLS_CERT", "TEMPORAL_TLS_CA"] as const) {
    const path = config[variable];
    if (path === undefined) continue;
    const state = await certificateState(path, clock());
    if (state === null) continue;
    found.push(
      finding("certificate-expires", state.severity, {
        subject: path,
        detail: `${variable}: ${state.detail}`,
      }),
    );
  }
  return found;
}

async function certificateState(
  path: string,
  nowMs: number,
): Promise<{ severity: "problem" | "warning"; detail: string } | null> {
  try {
    const { validTo, subject } = new X509Certificate(await readFile(path));
    const endMs = Date.parse(validTo);
    if (endMs > nowMs + SOON_MS) return null;
    const until = new Date(endMs).toISOString().slice(0, 16);
    const name = subject.replaceAll("\n", ", ");
    return {
      severity: endMs <= nowMs ? "problem" : "warning",
      detail: `"${path}" (${name}) holds until ${until}Z`,
    };
  } catch (error) {
    return { severity: "problem", detail: `"${path}" cannot be read: ${messageOf(error)}` };
  }
}

/** Returns the rights of a file; null: it is not there, or nobody may ask. */
async function modeOf(path: string): Promise<number | null> {
  return await stat(path).then(({ mode }) => mode, () => null);
}

const octal = (mode: number): string => `0${(mode & 0o777).toString(8)}`;
