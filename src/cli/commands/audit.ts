import { brokenText } from "../../format/audit_text.ts";
import { type Command, Option } from "commander";
import type { AuditVerification } from "../../app/security/audit_chain.ts";
import { count } from "../../format/numbers.ts";
import { recordWords } from "../../format/record_words.ts";
import { ToldError } from "../exit.ts";
import type { AuditRow } from "../../db/access/audit.ts";
import { asking, type Common, type Context } from "../context.ts";
import { minute, type Paint, table } from "../format.ts";
import { wholeNumber } from "../options.ts";

interface AuditOptions extends Common {
  limit: number;
  who?: string;
  action?: string;
  show?: "changes" | "accesses" | "all";
}

/** `perennial audit [verify]` */
export function addAudit(program: Command, context: Context): void {
  const audit = program.command("audit").description("changes that people made, newest first")
    .option("--who <name>", "only what this person did")
    .option("--action <kind>", "only changes of this kind, as config")
    .addOption(
      new Option("--show <what>", "accesses are sign-ins, refusals, reads of persons' data, exports").choices(
        [
          "changes",
          "accesses",
          "all",
        ],
      ),
    )
    .option("--limit <n>", "most rows", wholeNumber({ min: 1, max: 1000 }), 20);
  asking(
    audit,
    "perennial audit\nperennial audit --who ann --action config\nperennial audit --limit 100 --json",
  ).action(
    async ({ limit, who, action, show, ...options }: AuditOptions) => {
      const { changes } = await (await context.client(options)).audit({ limit, who, action, show });
      context.show(options, changes, (all) => auditText(all, context.paint));
    },
  );
  asking(
    audit.command("verify").description(
      "compute every link of the audit again, and name the first broken one",
    ),
    "perennial audit verify",
  ).action(async (options: Common) => {
    const verification = await (await context.client(options)).verifyAudit();
    context.show(options, verification, verificationText);
    if (!verification.intact) throw new ToldError("The audit was changed");
  });
}

function verificationText({ rows, head, checkpoints, broken }: AuditVerification): string {
  if (broken) return `Broken: ${brokenText(broken)}`;
  return `${count(rows)} links hold, ${count(checkpoints)} signed. The newest is ${head.link}: ${head.hash}`;
}

function auditText(changes: readonly AuditRow[], paint: Paint): string {
  if (changes.length === 0) return "No changes";
  const rows = changes.map((
    c,
  ) => [minute(c.at), c.who, c.action, c.target, briefly(c.before), briefly(c.after), c.why]);
  return table(
    ["at", "who", "what", "on", { name: "before", drop: 10 }, { name: "after", drop: 7 }, "why"],
    rows,
    paint,
  );
}

/** A value in a few words: a whole configuration shows as its version. */
function briefly(value: unknown): string {
  if (value === null || typeof value !== "object") return value === null ? "-" : String(value);
  const { config: _config, ...rest } = value as Record<string, unknown>;
  return Object.keys(rest).length > 0 ? recordWords(rest) : "-";
}
