import { count, percent } from "../format/numbers.ts";
import type { ImportReport } from "./import_text.ts";

/** Least share of purchases that name a shopper: models of shoppers learn next to nothing from fewer. */
const WITH_SHOPPER_MIN = 0.05;

interface FaultOptions {
  /** of what was read */
  readonly usableShare: number;
  /** least share of it; 0 takes every file */
  readonly minUsable: number;
  /** the shop has purchases from elsewhere */
  readonly hasPurchases?: boolean;
}

/** Says why an import is of no use to the models; undefined: it is. */
export function importFault(report: ImportReport, options: FaultOptions): string | undefined {
  const { read, accepted, duplicates, types } = report.summary;
  const { usableShare, minUsable } = options;
  const usable = accepted + duplicates;
  if (read === 0) return "There is no event to import: nothing stands below the names of the columns";
  if (usable === 0 || usableShare < minUsable) {
    return `Only ${count(usable)} of ${count(read + report.details.linesLost)} lines could be used (${
      percent(usableShare)
    }; --min-usable is ${percent(minUsable)})`;
  }
  const unnamed = shopperFault(report, minUsable);
  if (unnamed !== undefined || report.details.purchases > 0 || options.hasPurchases) return unnamed;
  const names = Object.keys(types).slice(0, 10).join(", ");
  return `No event is a purchase, and the models learn from purchases: types are ${names}; --types or --type says which are`;
}

/** Says that hardly any purchase names its shopper; of a file without purchases, hardly any event. */
function shopperFault({ summary, details }: ImportReport, minUsable: number): string | undefined {
  const { accepted, withoutShopper, columns } = summary;
  const { purchases, purchasesWithShopper } = details;
  const [what, all, named] = purchases > 0
    ? ["purchases", purchases, purchasesWithShopper]
    : ["events", accepted, accepted - withoutShopper];
  if (all === 0 || named >= Math.min(WITH_SHOPPER_MIN, minUsable) * all) return undefined;
  const from = columns.taken.user === undefined
    ? "no column was taken for it"
    : `it was taken from ${columns.taken.user}`;
  return `Only ${count(named)} of ${
    count(all)
  } ${what} name a shopper, and the models learn from shoppers: ${from}; ` +
    `--map user=COLUMN says which names the shopper, and --min-usable 0 takes the file as it is`;
}
