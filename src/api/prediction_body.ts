import type { Context } from "hono";
import { z } from "zod";
import { InvalidInputError } from "../core/errors.ts";
import { isDeeper } from "../core/json_depth.ts";
import { bodyText } from "./body_text.ts";
import { DEPTH_MAX } from "./guards.ts";
import { parseExactJson } from "../core/exact_json.ts";
import { isShort, TEXT_MAX } from "../events/schema.ts";
import { type FeatureSet, SHARED_FEATURES } from "../features/set.ts";
import { invalidInput } from "./invalid.ts";
import { PredictionRequest, USERS_MAX } from "./messages.ts";
import { isSingle, readPlainRows, type SentRows } from "./plain_rows.ts";
import { ApiFault } from "./problem.ts";

/** The subject of a request: shoppers by their ids, or rows of features. */
export interface Question {
  /** left out: now */
  readonly asOfMs?: number;
  readonly asked: { readonly users: readonly string[] } | SentRows;
}

const WAYS = ["user", "users", "row", "rows"] as const;

/**
 * Reads the body of a request for predictions. Rows are checked by hand: a schema takes longer over a row than the model.
 * @param features of the model that is asked
 * @throws {InvalidInputError} naming the field at fault, as in `rows.3.features.recncy`
 */
export async function readQuestion(c: Context, features: FeatureSet): Promise<Question> {
  const bytes = await readBytes(c);
  const plain = features === SHARED_FEATURES ? readPlainRows(bytes) : null;
  if (plain && plain.users.length <= USERS_MAX) return { asked: checkedUsers(plain) };
  const body = asObject(bytes);
  const ways = WAYS.filter((way) => body[way] !== undefined);
  if (ways.length !== 1) {
    throw new InvalidInputError('users: need one of "user", "users", "row" and "rows"', "users");
  }
  if (ways[0] === "row") {
    return {
      asOfMs: asOfBeside(body),
      asked: readRows(features, [body.row], () => "row"),
    };
  }
  if (ways[0] === "rows") {
    return { asOfMs: asOfBeside(body), asked: readRows(features, listOf(body.rows), (i) => `rows.${i}`) };
  }
  if (isPlainId(body.user) && Object.keys(body).length === 1) {
    return { asked: { users: [cleanId(body.user, "users")] } };
  }
  const { user, users = [user!], asOf } = parsed(PredictionRequest, body);
  const asOfMs = asOf === undefined ? undefined : Date.parse(asOf);
  return { asOfMs, asked: { users: users.map((id) => cleanId(id, "users")) } };
}

/** Whether the schema takes this id for sure: asking it costs as much as the model. */
const isPlainId = (user: unknown): user is string =>
  typeof user === "string" && user.length > 0 && user.length <= TEXT_MAX;

/** The moment that rows are about, where one is given; nothing else may stand beside them. */
function asOfBeside(body: Record<string, unknown>): number | undefined {
  const other = Object.keys(body).find((name) => name !== "row" && name !== "rows" && name !== "asOf");
  if (other !== undefined) throw new InvalidInputError(`${other}: unknown beside rows`, other);
  if (body.asOf === undefined) return undefined;
  return Date.parse(parsed(JustAsOf, { asOf: body.asOf }).asOf!);
}

const JustAsOf = PredictionRequest.pick({ asOf: true });

function parsed<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalidInput(result.error);
}

async function readBytes(c: Context): Promise<Uint8Array> {
  const type = c.req.header("content-type") ?? "";
  if (!/^application\/([\w.-]+\+)?json\b/i.test(type)) {
    throw new ApiFault(
      "media-type",
      `Send application/json, not ${type || "a body without its content type"}`,
    );
  }
  return new Uint8Array(await c.req.arrayBuffer());
}

const checkedUsers = ({ users, features }: SentRows): SentRows => ({
  users: users.map((user, i) => user === null ? null : cleanId(user, `rows.${i}.user`)),
  features,
});

function asObject(bytes: Uint8Array): Record<string, unknown> {
  const text = bodyText(bytes);
  if (isDeeper(text, DEPTH_MAX)) {
    throw new ApiFault("malformed", `The body is nested deeper than ${DEPTH_MAX} levels`);
  }
  try {
    const body = parseExactJson(text);
    if (typeof body === "object" && body !== null && !Array.isArray(body)) {
      return body as Record<string, unknown>;
    }
  } catch {
    throw new ApiFault("malformed", "The body is not JSON");
  }
  throw new InvalidInputError("body: need an object", "body");
}

function listOf(rows: unknown): readonly unknown[] {
  if (Array.isArray(rows) && rows.length >= 1 && rows.length <= USERS_MAX) return rows;
  throw new InvalidInputError(`rows: need 1 to ${USERS_MAX} rows`, "rows");
}

function readRows(
  set: FeatureSet,
  rows: readonly unknown[],
  pathOf: (row: number) => string,
): SentRows {
  const width = set.names.length;
  const users: (string | null)[] = [];
  const features = new Float32Array(rows.length * width);
  rows.forEach((row, i) =>
    users.push(readRow(set, row, features.subarray(i * width, (i + 1) * width), () => pathOf(i)))
  );
  return { users, features };
}

/** Writes a row's features in their places. @returns whose they are */
function readRow(set: FeatureSet, row: unknown, into: Float32Array, path: () => string): string | null {
  if (!isObject(row)) throw new InvalidInputError(`${path()}: need an object with "features"`, path());
  const { user, features } = row;
  for (const name in row) {
    if (name !== "user" && name !== "features") {
      throw wrong(`${path()}.${name}`, 'a row has "user" and "features" only');
    }
  }
  if (Array.isArray(features)) readList(features, into, path);
  else if (isObject(features)) readNamed(set, features, into, path);
  else throw wrong(`${path()}.features`, "need the features by name, or all of them as an array");
  return user === undefined ? null : cleanId(user, `${path()}.user`);
}

function readNamed(
  { names: own, places }: FeatureSet,
  features: Record<string, unknown>,
  into: Float32Array,
  path: () => string,
): void {
  const names = Object.keys(features);
  const values = Object.values(features);
  for (let i = 0; i < names.length; i++) {
    const place = names[i] === own[i] ? i : places.get(names[i]); // most send them in our order
    if (place === undefined) throw wrong(`${path()}.features.${names[i]}`, "there is no such feature");
    const value = values[i];
    if (!isSingle(value) && value !== null) throw wrong(`${path()}.features.${names[i]}`, NEED_NUMBER);
    into[place] = value ?? NaN;
  }
  if (names.length === own.length) return;
  const missing = own.find((name) => !(name in features))!;
  throw wrong(`${path()}.features.${missing}`, "it is missing; send null where it is not known");
}

function readList(features: readonly unknown[], into: Float32Array, path: () => string): void {
  if (features.length !== into.length) {
    throw wrong(`${path()}.features`, `need all ${into.length} features in order, have ${features.length}`);
  }
  for (let i = 0; i < into.length; i++) {
    const value = features[i];
    if (!isSingle(value) && value !== null) throw wrong(`${path()}.features.${i}`, NEED_NUMBER);
    into[i] = value ?? NaN;
  }
}

const NEED_NUMBER = "need a number within +-3.4e38, or null where it is not known";

/** A shopper's id as events carry it: a number and its text are the same, spaces around it do not count. */
function cleanId(user: unknown, path: string): string {
  if (typeof user !== "string" && typeof user !== "number") throw wrong(path, "need text or a number");
  const id = String(user).trim();
  if (!id.isWellFormed()) throw wrong(path, "need text without half of a surrogate pair");
  if (id === "" || !isShort(id)) throw wrong(path, "need 1 to 200 characters");
  return id;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const wrong = (field: string, message: string) =>
  new InvalidInputError(`${field}: ${message}; GET /models/{name}/features lists what a row holds`, field);
