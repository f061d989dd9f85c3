import type { Command } from "commander";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { USERS_MAX } from "../../api/messages.ts";
import { createDecoder, detectEncoding } from "../../events/encoding.ts";
import { shownValue } from "../../events/refusal.ts";
import { faultOfUser } from "../../events/user.ts";
import type { Predictions, UserPrediction } from "../../serving/prediction.ts";
import { figure } from "../../format/numbers.ts";
import { asking, type Common, type Context } from "../context.ts";
import { UsageError } from "../exit.ts";
import { minute, type Paint, table } from "../format.ts";

interface PredictOptions extends Common {
  file?: string;
  asOf?: string;
}

/** `perennial predict` */
export function addPredict(program: Command, context: Context): void {
  const predict = program.command("predict").description("ask a model about shoppers").argument(
    "<model>",
    "the model",
  )
    .argument("[users...]", "ids of shoppers, as in the events").option(
      "--file <file>",
      "a file with one id per line",
    )
    .option("--as-of <time>", "as things stood then, as 2011-06-01T00:00:00Z");
  asking(predict, "perennial predict churn 15311 14646\nperennial predict spending --file users.txt --json")
    .action(async (model: string, given: string[], options: PredictOptions) => {
      const users = [...given, ...options.file ? await idsIn(options.file) : []];
      if (users.length === 0) {
        throw new UsageError("Name at least one shopper, or a file of them with --file");
      }
      const client = await context.client(options);
      const askable = users.filter((user) => faultOfUser(user) === undefined);
      if (askable.length === 0) throw new UsageError(`No id can be asked about: ${faultOfUser(users[0])}`);
      const pages: Predictions[] = [];
      for (let i = 0; i < askable.length; i += USERS_MAX) {
        pages.push(
          await client.predict(model, { users: askable.slice(i, i + USERS_MAX), asOf: options.asOf }),
        );
      }
      const answers = pages.flatMap((page) => page.predictions);
      const whole = { ...pages[0], predictions: withRefused(users, answers) };
      context.show(options, whole, (p) => predictionsText(p, context.paint));
    });
}

/** The answers in the order asked, with a reason where an id could not be asked about. */
function withRefused(
  users: readonly string[],
  answers: Predictions["predictions"],
): Predictions["predictions"] {
  let next = 0;
  return users.map((user) => {
    const reason = faultOfUser(user);
    return reason === undefined ? answers[next++] : { user: shownValue(user), prediction: null, reason };
  });
}

/** "0.31", "soon 62 %", "-": no answer. */
function toldText({ prediction, class: name, probabilities }: UserPrediction): string {
  if (prediction === null) return "-";
  return name && probabilities ? `${name} ${Math.round(100 * probabilities[name])} %` : figure(prediction);
}

/** The ids in a file, read as an import reads one. @throws {InvalidInputError} its encoding has to be found out first */
async function idsIn(file: string): Promise<string[]> {
  const bytes = await readFile(file);
  const read = async function* () {
    yield await Promise.resolve({ bytes });
  };
  const encoding = await detectEncoding({ name: basename(file), head: bytes, read });
  const text = createDecoder(encoding)(bytes, { last: true });
  return text.split(/\r\n|\r|\n/).map((line) => line.trim()).filter((line) => line !== "");
}

function predictionsText(
  { model, version, unit, fallback, asOf, predictions }: Predictions,
  paint: Paint,
): string {
  const who = version === null ? "the baseline" : `version ${version}`;
  const head = `${model}, ${who}${fallback ? " (not the one that should serve)" : ""}, as of ${minute(asOf)}${
    unit ? `, in ${unit}` : ""
  }`;
  const rows = predictions.map((
    p,
  ) => [p.user ?? "", toldText(p), p.reason ?? ""]);
  return [paint("dim", head), table(["user", { name: "prediction", right: true }, ""], rows, paint)].join(
    "\n",
  );
}
