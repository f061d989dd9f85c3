import { sha256 } from "../../core/hash.ts";
import { anyText } from "../../core/text.ts";
import { CONFLICT, contentOf, contentText } from "../../events/content.ts";
import type { AcceptedEvent } from "../../events/event.ts";
import type { ReadBounds } from "../../events/bytes.ts";
import type { ImportPlan } from "../../events/plan.ts";
import { openEventFiles } from "../../events/read_file.ts";
import { RowJudge } from "../../events/row_judge.ts";
import { ContentById, type ImportDetails, type ImportSummary, Tally } from "../../events/tally.ts";

/** What an import would do. */
export interface ImportTrial {
  readonly summary: ImportSummary;
  readonly details: ImportDetails;
  readonly usableShare: number;
  /** the first events as they would be stored; their shopper as it stands in the file */
  readonly examples: readonly (Omit<AcceptedEvent, "userKey"> & { readonly user: string | null })[];
}

const EXAMPLES = 5;

/**
 * Reads files as an import would, without a database: every row is read, mapped and judged, and nothing is written.
 */
export async function tryImport(
  paths: readonly string[],
  { plan = {}, nowMs, ...bounds }: { plan?: ImportPlan; nowMs: number } & ReadBounds,
): Promise<ImportTrial> {
  const tally = new Tally();
  const known = new ContentById();
  const examples: ImportTrial["examples"][number][] = [];
  // The keys of shoppers stay here: any one-way function will do.
  const pseudonym = (user: string) => sha256(user).slice(0, 32);
  for (const path of paths) {
    for (const file of await openEventFiles(path, plan, bounds)) {
      const judge = new RowJudge({ nowMs, pseudonym, money: file.money, sentOf: file.sentOf });
      for await (const { rows } of file.read()) {
        for (const row of rows) {
          const judged = judge.judge(row);
          if (judged.kind === "refused") {
            tally.refuse(judged.line, judged.refused, judged.lines);
            continue;
          }
          const { event, line, raw } = judged;
          const outcome = known.settle(event.id, contentText(contentOf(event)));
          if (outcome === "accepted") {
            tally.accept(event);
            if (examples.length < EXAMPLES) examples.push(exampleOf(event, raw.user));
          } else if (outcome === "duplicate") tally.duplicate(event);
          else tally.conflict(line, event, CONFLICT);
        }
      }
      tally.describe(file.layout());
    }
  }
  return { summary: tally.summary(), details: tally.details(), usableShare: tally.usableShare, examples };
}

function exampleOf({ userKey, ...event }: AcceptedEvent, user: unknown) {
  return { ...event, user: userKey === null ? null : anyText(user).trim() };
}
