/**
 * `deno task advisories`: asks npm's registry, by npm itself, what is known against the locked packages.
 * Exit code 0: nothing that is not accepted; 1: something; 2: nothing was checked.
 */
import { z } from "zod";
import { type Component, readComponents } from "./components.ts";

const ACCEPTED_FILE = new URL("./accepted_advisories.json", import.meta.url);
const ANSWER_WITHIN_MS = 120_000;

/** An advisory that people looked at and live with until a day. */
const Accepted = z.strictObject({
  id: z.string().regex(/^GHSA-[\w-]+$/),
  package: z.string().min(1),
  reason: z.string().min(10),
  until: z.iso.date(),
});
export type Accepted = z.infer<typeof Accepted>;

/** What is known against a package. */
export interface Advisory {
  id: string;
  package: string;
  severity: string;
  title: string;
  range: string;
}

/** How a check ended, and what it has to say. */
export interface Outcome {
  exitCode: 0 | 1 | 2;
  lines: string[];
}

/**
 * A lock file of npm's that holds each locked package once. A second version of a name stands under another one, as npm
 * itself writes an alias.
 */
export function npmLock(components: readonly Component[]) {
  const places = new Map<string, { name: string; version: string }>();
  for (const { name, version } of components) {
    const known = places.get(name);
    if (known?.version === version) continue;
    places.set(known ? `${name}-at-${version}` : name, { name, version });
  }
  const dependencies = Object.fromEntries(
    [...places].map((
      [place, { name, version }],
    ) => [place, place === name ? version : `npm:${name}@${version}`]),
  );
  const packages = [...places].map(([place, { name, version }]) =>
    [`node_modules/${place}`, place === name ? { version } : { name, version }] as const
  );
  const project = { name: "perennial-locked", version: "0.0.0", dependencies };
  return { ...project, lockfileVersion: 3, packages: { "": project, ...Object.fromEntries(packages) } };
}

const Via = z.object({
  name: z.string(),
  title: z.string(),
  url: z.string(),
  severity: z.string(),
  range: z.string(),
});
const Report = z.object({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(z.string(), z.object({ via: z.array(z.union([z.string(), Via])) })),
});

/** The advisories in what `npm audit --json` printed, each once; null: it is no report, nothing was checked. */
export function advisoriesIn(printed: string): Advisory[] | null {
  const report = Report.safeParse(jsonOrNull(printed));
  if (!report.success) return null;
  const found = Object.values(report.data.vulnerabilities).flatMap(({ via }) =>
    via.flatMap((one) => typeof one === "string" ? [] : [advisoryOf(one)])
  );
  const once = new Map(found.map((one) => [`${one.id} ${one.package}`, one]));
  return [...once.values()].sort((a, b) => `${a.package} ${a.id}` < `${b.package} ${b.id}` ? -1 : 1);
}

const advisoryOf = ({ name, title, url, severity, range }: z.infer<typeof Via>): Advisory => ({
  id: url.split("/").at(-1)!,
  package: name,
  severity,
  title,
  range,
});

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Judges what was found by what was accepted.
 * @param today as in `2026-11-30`: an acceptance holds through its last day
 */
export function judge(found: readonly Advisory[], accepted: readonly Accepted[], today: string): Outcome {
  const acceptanceOf = (advisory: Advisory) =>
    accepted.find(({ id, package: name }) => id === advisory.id && name === advisory.package);
  const faults = found.flatMap((advisory) => {
    const acceptance = acceptanceOf(advisory);
    if (acceptance && acceptance.until >= today) return [];
    const ended = acceptance ? `; its acceptance ended on ${acceptance.until}` : "";
    const { id, severity, title, range } = advisory;
    return [`${advisory.package} ${range}: ${severity}, ${title} (${id})${ended}`];
  });
  const unneeded = accepted.filter((one) => !found.some((advisory) => acceptanceOf(advisory) === one));
  return {
    exitCode: faults.length > 0 ? 1 : 0,
    lines: [
      ...faults,
      ...unneeded.map(({ id, package: name }) =>
        `${id} of ${name} is accepted and no longer known: take it out`
      ),
      `${found.length} advisories, ${faults.length} of them not accepted`,
    ],
  };
}

const Failure = z.object({ statusCode: z.int() });

/** Why npm printed no report: some registries are there and know nothing of advisories. */
function whyNot(printed: string): string {
  const answered = Failure.safeParse(jsonOrNull(printed));
  if (!answered.success) return "The registry is not reachable";
  return `The registry does not tell of advisories (status ${answered.data.statusCode})`;
}

const nothingChecked = (why: string): Outcome => ({ exitCode: 2, lines: [`${why}: nothing was checked`] });

/** Has npm ask about these packages, and judges what it finds. */
export async function checkAdvisories(
  { components, accepted, today, env = {} }: {
    components: readonly Component[];
    accepted: readonly Accepted[];
    today: string;
    /** for npm, beside the environment */
    env?: Record<string, string>;
  },
): Promise<Outcome> {
  const printed = await audit(components, env);
  if (printed === null) return nothingChecked("npm is not installed");
  const found = advisoriesIn(printed);
  if (found === null) return nothingChecked(whyNot(printed));
  return judge(found, accepted, today);
}

/** What `npm audit --json` prints about these packages; null: there is no npm. */
async function audit(components: readonly Component[], env: Record<string, string>): Promise<string | null> {
  const folder = await Deno.makeTempDir();
  try {
    const lock = npmLock(components);
    const { name, version, dependencies } = lock;
    await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify({ name, version, dependencies }));
    await Deno.writeTextFile(`${folder}/package-lock.json`, JSON.stringify(lock));
    const { stdout } = await new Deno.Command("npm", {
      args: ["audit", "--json", "--package-lock-only", "--fetch-retries=1", "--fetch-timeout=20000"],
      cwd: folder,
      env: { NPM_CONFIG_UPDATE_NOTIFIER: "false", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    }).output();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Reads which advisories are accepted. @throws {z.ZodError} one lacks a reason, or a day on which it ends */
export const readAccepted = async (): Promise<Accepted[]> =>
  z.array(Accepted).parse(JSON.parse(await Deno.readTextFile(ACCEPTED_FILE)));

if (import.meta.main) {
  const { exitCode, lines } = await checkAdvisories({
    components: await readComponents(),
    accepted: await readAccepted(),
    today: new Date().toISOString().slice(0, 10),
  });
  console.log(lines.join("\n"));
  Deno.exit(exitCode);
}
