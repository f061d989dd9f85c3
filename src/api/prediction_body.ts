import type { Context } from "hono";
import { z } from "zod";
import { InvalidInputError } from "../core/errors.ts";
import { isDeeper } from "../core/json_depth.ts";
import { bodyText } from "./body_text.ts";
import { DEPTH_MAX } from "./guards.ts";
import { parseExactJson } from "../core/exact_json.ts";
import { shownValue } from "../events/refusal.ts";
import { TEXT_MAX } from "../events/schema.ts";
import { faultOfUser } from "../events/user.ts";
import { type FeatureSet, SHARED_FEATURES } from "../features/set.ts";
import { invalidInput } from "./invalid.ts";
import { PredictionRequest, USERS_MAX } from "./messages.ts";
import { isSingle, readPlainRows, type SentRows } from "./plain_rows.ts";
import { ApiFault } from "./problem.ts";
import type { UserPrediction } from "../serving/prediction.ts";

/** The subject of a request: shoppers by their ids, or rows of features. */
export interface Question {
  /** left out: now */
  readonly asOfMs?: number;
  readonly asked: { readonly users: readonly string[] } | SentRows;
  /** answers about ids in a list that no shopper can have, by their places there; the others stand in `asked` */
  readonly refused: Refused;
}

export type Refused = ReadonlyMap<number, UserPrediction>;
type Asked = Pick<Question, "asked" | "refused">;
const NONE: Refused = new Map();

const WAYS = ["user", "users", "row", "rows"] as const;

/**
 * Reads the body of a request for predictions. Rows are checked by hand: a schema takes longer over a row than the model.
 * @param features of the model that is asked
 * @throws {InvalidInputError} naming the field at fault, as in `rows.3.features.recncy`
 */
export async function readQuestion(c: Context, features: FeatureSet): Promise<Question> {
  const bytes = await readBytes(c);
  const plain = features === SHARED_FEATURES ? readPlainRows(bytes) : null;
  if (plain && plain.users.length <= USERS_MAX && plain.users.every(isUsable)) return whole(trimmed(plain));
  const body = asObject(bytes);
  const ways = WAYS.filter((way) => body[way] !== undefined);
  if (ways.length !== 1) {
    throw new InvalidInputError('users: need one of "user", "users", "row" and "rows"', "users");
  }
  if (ways[0] === "row") {
    return { asOfMs: asOfBeside(body), ...readRows(features, [body.row], () => "row") };
  }
  if (ways[0] === "rows") {
    return { asOfMs: asOfBeside(body), ...readRows(features, listOf(body.rows), (i) => `rows.${i}`) };
  }
  if (isPlainId(body.user) && Object.keys(body).length === 1) return readUsers([body.user], () => "user");
  const { user, users, asOf } = parsed(PredictionRequest, body);
  const asOfMs = asOf === undefined ? undefined : Date.parse(asOf);
  return { asOfMs, ...users ? readUsers(users, (i) => `users.${i}`) : readUsers([user], () => "user") };
}

const whole = (asked: Question["asked"]): Asked => ({ asked, refused: NONE });

const isUsable = (user: string | null) => user === null || faultOfUser(user) === undefined;

/** Parts ids into those that can be asked about, and answers about the others. @throws {InvalidInputError} none can be */
function readUsers(ids: readonly unknown[], pathOf: (id: number) => string): Asked {
  const users: string[] = [];
  const refused = new Map<number, UserPrediction>();
  ids.forEach((id, i) => {
    const refusal = refusalOf(id, pathOf(i));
    if (refusal) refused.set(i, refusal);
    else users.push(idOf(id));
  });
  if (users.length === 0) throw unusable(pathOf(0), refused.get(0)!);
  return { asked: { users }, refused };
}

/** The answer about an id that no shopper can have; null: one can. @throws {InvalidInputError} it is no id at all */
function refusalOf(user: unknown, path: string): UserPrediction | null {
  if (user === null) return { user: null, prediction: null, reason: "the id is null" };
  if (typeof user !== "string" && typeof user !== "number") {
    throw new InvalidInputError(`${path}: ${NEED_ID}`, path);
  }
  const fault = faultOfUser(String(user));
  return fault === undefined ? null : { user: shownValue(String(user)), prediction: null, reason: fault };
}

const NEED_ID = `need text or a number, 1 to ${TEXT_MAX} characters`;
const unusable = (path: string, { reason }: UserPrediction) =>
  new InvalidInputError(`${path}: ${NEED_ID}: ${reason}`, path);

/** A shopper's id as events carry it: a number and its text are the same, spaces around it do not count. */
const idOf = (user: unknown): string => String(user).trim();

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

const trimmed = ({ users, features }: SentRows): SentRows => ({
  users: users.map((user) => user === null ? null : idOf(user)),
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

/** Reads rows; one whose shopper can be none is left out, and answered with the reason. @throws {InvalidInputError} all are */
function readRows(set: FeatureSet, rows: readonly unknown[], pathOf: (row: number) => string): Asked {
  const width = set.names.length;
  const users: (string | null)[] = [];
  const refused = new Map<number, UserPrediction>();
  const features = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    const into = features.subarray(users.length * width, (users.length + 1) * width);
    const user = readRow(set, row, into, () => pathOf(i));
    const refusal = user === undefined ? null : refusalOf(user, `${pathOf(i)}.user`);
    if (refusal) refused.set(i, refusal);
    else users.push(user === undefined ? null : idOf(user));
  });
  if (users.length === 0) throw unusable(`${pathOf(0)}.user`, refused.get(0)!);
  return { asked: { users, features: features.subarray(0, users.length * width) }, refused };
}

/** Writes a row's features in their places. @returns whose they are, as it was sent */
function readRow(set: FeatureSet, row: unknown, into: Float32Array, path: () => string): unknown {
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
  return user;
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

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const wrong = (field: string, message: string) =>
  new InvalidInputError(`${field}: ${message}; GET /models/{name}/features lists what a row holds`, field);
