import type { Command } from "commander";
import { readConfig } from "../../config/environment.ts";
import type { Examination, ShownFinding } from "../../doctor/finding.ts";
import { cacheHome, installationHome } from "../../embedded/home.ts";
import { findInstallations } from "../connection.ts";
import { type Context, withExamples } from "../context.ts";
import { ToldError } from "../exit.ts";
import { indented, type Paint, wrapped } from "../format.ts";
import { counted } from "../../format/numbers.ts";

interface DoctorOptions {
  installation?: string;
  fix?: boolean;
  json?: boolean;
}

/** `perennial doctor` */
export function addDoctor(program: Command, context: Context): void {
  const doctor = program.command("doctor").description(
    "look for trouble in the installation on this machine, running or not, and say how to cure it",
  )
    .option("--installation <name>", "which one; left out: the one that runs, else default")
    .option("--fix", "do what is safe about what was found")
    .option("--json", "answer as JSON");
  withExamples(doctor, "perennial doctor\nperennial doctor --fix\nperennial doctor --json")
    .action((options: DoctorOptions) => runDoctor(context, options));
}

async function runDoctor(context: Context, options: DoctorOptions): Promise<void> {
  const { io } = context;
  const config = readConfig(io.env);
  const name = options.installation ?? await runningName(context) ?? "default";
  const [{ openPatient }, { examine }, { fix }] = await Promise.all([
    import("../../doctor/open.ts"), // loads Temporal, which other commands do without
    import("../../doctor/examine.ts"),
    import("../../doctor/fix.ts"),
  ]);
  const apiUrl = config.PERENNIAL_URL ?? `http://127.0.0.1:${config.PERENNIAL_PORT}`;
  const home = installationHome(io, name);
  await using patient = await openPatient({
    name: config.PERENNIAL_SHOP ?? name,
    home,
    cache: cacheHome(io),
    config,
    uid: io.uid,
    apiUrl,
    log: io.err,
  });
  const examination = await examine(patient);
  const answer = options.fix ? await fix(examination, patient) : examination;
  context.show(options, answer, (all) => examinationText(all, context));
  if (!answer.healthy) throw new ToldError("There are problems: see the cures above");
}

async function runningName({ io }: Context): Promise<string | undefined> {
  return (await findInstallations(io)).find(({ alive }) => alive)?.name;
}

const COLOURS = { problem: "red", warning: "yellow", note: "dim" } as const;

function examinationText(
  { installation, findings, looked, notLooked }: Examination,
  { io, paint }: Context,
): string {
  const columns = Math.max(60, Math.min(io.columns, 100));
  const lines = findings.map((found) => findingText(found, { columns, paint }));
  for (const { what, why } of notLooked) {
    lines.push(paint("dim", wrapped(`Not looked at: ${what} (${why})`, { columns })));
  }
  const summary = findings.length === 0
    ? `The installation "${installation}" is well`
    : `The installation "${installation}": ${counted(findings.length, "finding")}`;
  return [...lines, `${summary}; looked at ${counted(looked.length, "thing")}: ${looked.join(", ")}`].map((
    line,
    i,
    all,
  ) => i === all.length - 1 ? wrapped(line, { columns }) : `${line}\n`).join("\n");
}

function findingText(
  { severity, id, title, detail, cure, fixable, fixed }: ShownFinding,
  { columns, paint }: { columns: number; paint: Paint },
): string {
  const lines = [
    `${paint(COLOURS[severity], severity)} ${paint("bold", title)} ${paint("dim", `(${id})`)}`,
    indented(wrapped(detail, { columns: columns - 2 })),
    indented(wrapped(`Cure: ${cure}`, { columns: columns - 2, indent: 6 })),
  ];
  if (fixed !== null) lines.push(indented(wrapped(`Fixed: ${fixed}`, { columns: columns - 2 })));
  else if (fixable) lines.push(indented("perennial doctor --fix does what is safe about it"));
  return lines.join("\n");
}
