import { Command, CommanderError } from "commander";
import { addAlerts } from "./commands/alerts.ts";
import { addApprovals } from "./commands/approvals.ts";
import { addAudit } from "./commands/audit.ts";
import { addBackup } from "./commands/backup.ts";
import { addBacktest } from "./commands/backtest.ts";
import { addChecks } from "./commands/checks.ts";
import { addCleanup } from "./commands/cleanup.ts";
import { addConfig } from "./commands/config.ts";
import { addControl } from "./commands/control.ts";
import { addDetect } from "./commands/detect.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addDrill } from "./commands/drill.ts";
import { addExplain } from "./commands/explain.ts";
import { addHistory } from "./commands/history.ts";
import { addImpact } from "./commands/impact.ts";
import { addImport } from "./commands/import.ts";
import { addImports } from "./commands/imports.ts";
import { addKeys, addSecret, addSigningKey } from "./commands/keys.ts";
import { addModels } from "./commands/models.ts";
import { addMonitor } from "./commands/monitor.ts";
import { addPerson } from "./commands/person.ts";
import { addPredict } from "./commands/predict.ts";
import { addQuarantine } from "./commands/quarantine.ts";
import { addRollouts } from "./commands/rollouts.ts";
import { addRun } from "./commands/run.ts";
import { addStatus } from "./commands/status.ts";
import { VERSION } from "../core/version.ts";
import { contextOf } from "./context.ts";
import { EXIT, EXIT_HELP, explained, ToldError } from "./exit.ts";
import { painter } from "./format.ts";
import type { Io } from "./io.ts";

const ENVIRONMENT = `
Environment:
  PERENNIAL_URL       where the service answers (http://127.0.0.1:8000)
  PERENNIAL_API_KEY   the key; left out: the one in the file api-key of this machine's installation
  PERENNIAL_HOME      folder of the installations on this machine
  NO_COLOR            answers without colours`;

/** Runs the `perennial` command. @returns its exit code */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  try {
    await perennial(io).parseAsync([...args], { from: "user" });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage; // told by commander
    const { code, line } = explained(error);
    io.err(error instanceof ToldError ? line : `${painter(io)("red", "error:")} ${line}`);
    return code;
  }
}

function perennial(io: Io): Command {
  const program = new Command("perennial").description(
    "Keeps a shop's models fresh: retrains, proves, rolls out, takes back.",
  )
    .version(VERSION, "--version", "say which version this is")
    .enablePositionalOptions() // `approve --version 4` is the command's own option
    .helpCommand(true).showHelpAfterError("(--help shows how)").addHelpText(
      "after",
      `${ENVIRONMENT}\n${EXIT_HELP}`,
    );
  const context = contextOf(io);
  for (
    const add of [
      addRun,
      addStatus,
      addAlerts,
      addControl,
      addHistory,
      addMonitor,
      addChecks,
      addExplain,
      addImpact,
      addModels,
      addRollouts,
      addApprovals,
      addDoctor,
      addDrill,
      addCleanup,
      addConfig,
      addBackup,
      addBacktest,
      addPredict,
      addPerson,
      addImport,
      addImports,
      addQuarantine,
      addDetect,
      addAudit,
      addKeys,
      addSigningKey,
      addSecret,
    ]
  ) {
    add(program, context);
  }
  for (const command of [program, ...program.commands, ...program.commands.flatMap((c) => c.commands)]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd()),
      getOutHelpWidth: () => Math.min(io.columns, 110),
    });
  }
  return program;
}
