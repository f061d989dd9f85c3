import { createReadStream } from "node:fs";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";
import { parse } from "csv-parse";
import { DEMO_PROTOCOL } from "../../src/demo/protocol.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { FEATURES } from "../../src/features/definition.ts";
import churn from "../../src/models/churn.ts";
import { takeRows, type TrainingRows } from "../../src/training/rows.ts";
import { buildCutoffs, stack } from "../lab/cutoffs.ts";
import { readShoppers } from "../lab/events.ts";

/** Rows of one participant, older ones to learn from and newer ones to be tested on. */
export interface Part {
  readonly train: TrainingRows;
  readonly test: TrainingRows;
}

/** A set of rows, divided by who holds them. */
export interface FederatedSet {
  readonly name: string;
  readonly parts: ReadonlyMap<string, Part>;
  /** the columns to learn from */
  readonly columns: readonly number[];
}

const WHOLE = fileURLToPath(new URL("../../data/online_retail.csv.gz", import.meta.url));
const TESTED_CUTOFFS = 4;
const SHOPPERS_MIN = 8;

/** Churn on the whole Online Retail set by country: the newest four cut-offs test, what was known at the first of them trains. */
export async function retailByCountry(): Promise<FederatedSet> {
  const { first, last, stepDays, activeDays, horizonDays, minTrain, activity } = DEMO_PROTOCOL;
  const times = { firstMs: Date.parse(first), lastMs: Date.parse(last) };
  const { shoppers, lastMs } = await readShoppers(WHOLE);
  const protocol = { ...times, stepDays, activeDays, horizonDays, minTrain, activity };
  const cutoffs = buildCutoffs(shoppers, [churn], protocol, lastMs);
  const test = cutoffs.slice(-TESTED_CUTOFFS);
  const train = cutoffs.filter(({ cutoffMs }) => cutoffMs + horizonDays * DAY_MS <= test[0].cutoffMs);
  const countries = await countriesOf(WHOLE);
  const countryOf = (shopper: number) => countries.get(shoppers[shopper].id)!;
  const parts = divided(stack(train, "churn"), stack(test, "churn"), countryOf);
  const columns = FEATURES.flatMap((name, i) => name.startsWith("as_of_") ? [] : [i]);
  return { name: "Online Retail by country", parts, columns };
}

const linesOf = (path: string) => {
  const file = createReadStream(path);
  const text = path.endsWith(".gz") ? file.pipe(createGunzip()) : file;
  return text.pipe(parse({ columns: true })) as AsyncIterable<Record<string, string>>;
};

async function countriesOf(path: string): Promise<Map<string, string>> {
  const countries = new Map<string, string>();
  for await (const { user_id, country } of linesOf(path)) if (user_id !== "") countries.set(user_id, country);
  return countries;
}

function divided(
  train: TrainingRows,
  test: TrainingRows,
  nameOf: (shopper: number) => string,
): Map<string, Part> {
  const of = (rows: TrainingRows) => Map.groupBy(rows.user.keys(), (row) => nameOf(rows.user[row]));
  const [trainOf, testOf] = [of(train), of(test)];
  const parts = new Map<string, Part>();
  for (const name of [...trainOf.keys()].sort()) {
    const own = takeRows(train, trainOf.get(name)!);
    const held = testOf.get(name);
    if (!held || new Set(own.user).size < SHOPPERS_MIN) continue;
    parts.set(name, { train: own, test: takeRows(test, held) });
  }
  return parts;
}

const NUMBERS = [
  "lead_time",
  "stays_in_weekend_nights",
  "stays_in_week_nights",
  "adults",
  "children",
  "babies",
  "is_repeated_guest",
  "previous_cancellations",
  "previous_bookings_not_canceled",
  "adr",
] as const;
const FLAGS = [["deposit_type", "Non Refund"], ["customer_type", "Transient"], [
  "market_segment",
  "Groups",
]] as const;
const TESTED_BLOCKS = 6;

/**
 * Cancellations of bookings by outlet, which is a hotel and the channel that sold: a set in the form of `bench when`, with
 * the columns of "Hotel booking demand" (Antonio, de Almeida, Nunes, 2019). Every booking counts as a shopper of its own.
 */
export async function bookingsByOutlet(path: string): Promise<FederatedSet> {
  const rows: { outlet: string; block: number; known: number; features: number[]; target: number }[] = [];
  for await (const line of linesOf(path)) {
    rows.push({
      outlet: `${line.hotel}, ${line.distribution_channel}`,
      block: Number(line.block),
      known: Number(line.known_at_block),
      features: [
        ...NUMBERS.map((name) => Number(line[name])),
        ...FLAGS.map(([name, is]) => line[name] === is ? 1 : 0),
      ],
      target: Number(line.target),
    });
  }
  const from = rows.reduce((most, { block }) => Math.max(most, block), 0) - TESTED_BLOCKS + 1;
  const all = rowsOf(rows.map(({ features, target, block }) => ({ features, target, block })));
  const places = (keep: (row: typeof rows[number]) => boolean) =>
    Int32Array.from([...rows.keys()].filter((i) => keep(rows[i])));
  const train = takeRows(all, places(({ known }) => known <= from));
  const test = takeRows(all, places(({ block }) => block >= from));
  const columns = Array.from({ length: all.width }, (_, i) => i);
  return { name: "Bookings by outlet", parts: divided(train, test, (row) => rows[row].outlet), columns };
}

function rowsOf(rows: readonly { features: number[]; target: number; block: number }[]): TrainingRows {
  const width = rows[0].features.length;
  const features = new Float32Array(rows.length * width);
  rows.forEach((row, i) => features.set(row.features, i * width));
  return {
    features,
    width,
    target: Float64Array.from(rows, ({ target }) => target),
    cutoffMs: Float64Array.from(rows, ({ block }) => block * 14 * DAY_MS),
    user: Int32Array.from(rows.keys()),
  };
}
