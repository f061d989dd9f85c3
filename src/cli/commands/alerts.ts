import type { Command } from "commander";
import type { Alert } from "../../alerts/alert.ts";
import { asking, type Common, type Context } from "../context.ts";
import { minute, type Paint, wrapped } from "../format.ts";
import { wholeNumber } from "../options.ts";

/** `perennial alerts [ack]` */
export function addAlerts(program: Command, context: Context): void {
  const alerts = program.command("alerts").description("alerts: list, ack");
  const list = alerts.command("list", { isDefault: true }).description("open alerts, newest first")
    .option("--all", "closed ones as well")
    .option("--limit <n>", "most alerts", wholeNumber({ min: 1, max: 1000 }), 20);
  asking(list, "perennial alerts\nperennial alerts --all --limit 100").action(
    async ({ all, limit, ...options }: Common & { all?: boolean; limit: number }) => {
      const client = await context.client(options);
      const { alerts } = await client.alerts({ open: all ? "false" : "true", limit });
      context.show(options, alerts, (shown) => alertsText(shown, { all, context }));
    },
  );
  const ack = alerts.command("ack").description(
    "acknowledge an alert: it stops escalating",
  )
    .argument("<id>", "its number", wholeNumber({ min: 1 }))
    .requiredOption("--why <text>", "your note, for the audit log");
  asking(ack, 'perennial alerts ack 7 --why "the supplier resends the prices tonight"').action(
    async (id: number, options: Common & { why: string }) => {
      const alert = await (await context.client(options)).acknowledge(id, { why: options.why });
      context.show(options, alert, (a) => `Alert ${a.id} is acknowledged by ${a.acknowledgedBy}: ${a.title}`);
    },
  );
}

function alertsText(
  alerts: readonly Alert[],
  { all = false, context }: { all?: boolean; context: Context },
): string {
  if (alerts.length === 0) return all ? "No alerts" : "No open alerts; --all shows closed ones too";
  const { paint, io: { columns } } = context;
  return alerts.flatMap((alert) => alertLines(alert, paint))
    .map((line) => wrapped(line, { columns, indent: INDENT })).join("\n");
}

/** Lines after an alert's first stand under its kind. */
const INDENT = 6;

const COLOURS = { info: "dim", warning: "yellow", critical: "red" } as const;

/** Two lines or three: what it is and since when, what it says, who has seen it or why it closed. */
function alertLines(alert: Alert, paint: Paint): string[] {
  const { id, kind, severity, openedAt, seen, title } = alert;
  const head = `${String(id).padStart(4)}  ${paint(COLOURS[severity], severity.padEnd(8))}  ${kind}, since ${
    minute(openedAt)
  }${seen > 1 ? `, found ${seen} times` : ""}`;
  return [head, ...[title, ...storyOf(alert)].map((line) => " ".repeat(INDENT) + line)];
}

function storyOf({ acknowledgedBy, acknowledgedWhy, acknowledgedAt, closedAt, closedWhy }: Alert): string[] {
  return [
    ...acknowledgedBy === null
      ? []
      : [`acknowledged by ${acknowledgedBy} at ${minute(acknowledgedAt)}: ${acknowledgedWhy}`],
    ...closedAt === null ? [] : [`closed ${minute(closedAt)}: ${closedWhy ?? ""}`],
  ];
}
