import type { Command } from "commander";
import type { Quarantine, ReplayAnswer } from "../../api/messages.ts";
import type { Client } from "../../client/client.ts";
import { asking, type Common, type Context } from "../context.ts";
import { minute, type Paint, table } from "../format.ts";
import { wholeNumber } from "../options.ts";

/** `perennial quarantine list` and `replay` */
export function addQuarantine(program: Command, context: Context): void {
  const quarantine = program.command("quarantine").description("quarantined events, and why");
  const list = quarantine.command("list", { isDefault: true }).description(
    "how many for each reason, and the newest of them",
  )
    .option("--reason <text>", "only those with this reason")
    .option("--limit <n>", "most events to name", wholeNumber({ min: 1, max: 1000 }), 20);
  asking(list, 'perennial quarantine list\nperennial quarantine list --reason "time is in the future"')
    .action(
      async ({ reason, limit, ...options }: Common & { reason?: string; limit: number }) => {
        const quarantined = await (await context.client(options)).quarantine({ reason, limit });
        context.show(options, quarantined, (all) => quarantineText(all, context.paint));
      },
    );
  addReplay(quarantine, context);
}

function addReplay(quarantine: Command, context: Context): void {
  const replay = quarantine.command("replay").description(
    "retry them once the cause is fixed: events that pass are accepted, the others stay",
  ).argument("[ids...]", "these events; left out: --reason says which")
    .option("--reason <text>", "all with this reason")
    .requiredOption("--why <text>", "what was fixed, for the audit log");
  asking(replay, 'perennial quarantine replay --reason "time is in the future" --why "the clock was set"')
    .action(
      async (ids: string[], { reason, why, ...options }: Common & { reason?: string; why: string }) => {
        const which = ids.length > 0 ? { ids: ids.map(wholeNumber({ min: 1 })) } : {};
        const done = await replayAll(await context.client(options), { ...which, reason, why });
        context.show(options, done, replayText);
      },
    );
}

/** Request by request until none is left. */
async function replayAll(
  client: Client,
  wanted: { ids?: number[]; reason?: string; why: string },
): Promise<ReplayAnswer> {
  let done: ReplayAnswer | null = null;
  do {
    const more = await client.replayQuarantine({ ...wanted, after: done?.next ?? 0 }, crypto.randomUUID());
    done = done ? together(done, more) : more;
  } while (done.next !== null);
  return done;
}

function together(a: ReplayAnswer, b: ReplayAnswer): ReplayAnswer {
  const reasons = new Map<string, number>();
  for (const { reason, events } of [...a.reasons, ...b.reasons]) {
    reasons.set(reason, (reasons.get(reason) ?? 0) + events);
  }
  return {
    tried: a.tried + b.tried,
    accepted: a.accepted + b.accepted,
    duplicates: a.duplicates + b.duplicates,
    failed: a.failed + b.failed,
    notWhole: a.notWhole + b.notWhole,
    reasons: [...reasons].map(([reason, events]) => ({ reason, events })),
    left: b.left,
    next: b.next,
  };
}

function quarantineText({ reasons, events }: Quarantine, paint: Paint): string {
  const waiting = reasons.filter((r) => r.events > 0);
  if (waiting.length === 0) return "Nothing is in quarantine";
  const perReason = waiting.map((r) => [String(r.events), r.reason, minute(r.first!), minute(r.last!)]);
  const newest = events.map((e) => [String(e.id), minute(e.receivedAt), e.source, e.reason]);
  return [
    table(["events", "reason", "first", "last"], perReason, paint),
    table(["id", "quarantined", "from", "reason"], newest, paint),
  ].join("\n\n");
}

function replayText({ tried, accepted, duplicates, failed, notWhole, reasons }: ReplayAnswer): string {
  if (tried === 0) return "No quarantined event matches";
  const lines = [
    `${tried} tried: ${accepted} went in, ${duplicates} were known already, ${failed} failed again`,
    ...reasons.map(({ reason, events }) => `  ${events}: ${reason}`),
    ...notWhole > 0 ? [`${notWhole} of them were stored incompletely: send them again`] : [],
  ];
  return lines.join("\n");
}
