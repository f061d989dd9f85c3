import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import type { Client } from "../../client/client.ts";
import { asking, type Common, type Context } from "../context.ts";
import { foundText } from "../../format/privacy_text.ts";
import { minute, type Paint, table } from "../format.ts";

interface Options extends Common {
  why: string;
  out?: string;
  withdraw?: boolean;
}

/** `perennial person erase | export | object | requests | show` */
export function addPerson(program: Command, context: Context): void {
  const person = program.command("person").description("rights of shoppers: erase, export, object, requests");
  const about = (name: string, words: string) =>
    person.command(name).description(words).argument("<id>", "the shopper's id, as the shop has it")
      .requiredOption("--why <text>", "the reason, for the audit");
  asking(
    about("erase", "take everything that is kept of a shopper away, and sign a receipt"),
    'perennial person erase 17850 --why "asked by letter of 3 May"',
  ).action(async (user: string, { why, ...options }: Options) => {
    const client = await context.client(options);
    context.show(
      options,
      await client.erasePerson({ user, why }),
      ({ request }) => begun("erasure", request),
    );
  });
  asking(
    about("export", "everything that is kept of a shopper, as JSON with a readable cover")
      .option("--out <file>", "write it to a file"),
    'perennial person export 17850 --why "asked by letter" --out 17850.json',
  ).action(async (user: string, { why, out, ...options }: Options) => {
    const found = await (await context.client(options)).exportPerson({ user, why });
    const { cover, ...data } = found;
    const text = JSON.stringify({ cover, ...data }, null, 2);
    if (out !== undefined) await writeFile(out, `${text}\n`, { mode: 0o600 });
    context.show(options, found, () => out === undefined ? text : [cover.title, ...cover.text].join("\n"));
  });
  asking(
    about(
      "object",
      "note that a shopper objects to being profiled: the baseline answers, no model learns of them",
    )
      .option("--withdraw", "they do no longer"),
    'perennial person object 17850 --why "asked by mail"',
  ).action(async (user: string, { why, withdraw, ...options }: Options) => {
    const answer = await (await context.client(options)).objectPerson({ user, why, objects: !withdraw });
    context.show(
      options,
      answer,
      ({ request }) => request === null ? "The objection is withdrawn" : begun("objection", request),
    );
  });
  addRequests(person, context);
}

const begun = (kind: string, request: string | null): string =>
  `The ${kind} is under way as ${request}; see "perennial person show ${request}"`;

type Requests = Awaited<ReturnType<Client["privacyRequests"]>>["requests"];

function addRequests(person: Command, context: Context): void {
  asking(
    person.command("requests").description("what shoppers asked for, newest first"),
    "perennial person requests",
  ).action(async (options: Common) => {
    const { requests } = await (await context.client(options)).privacyRequests();
    context.show(options, requests, (all) => requestsText(all, context.paint));
  });
  asking(
    person.command("show").description("one request with its receipt").argument("<request>", "its id"),
    "perennial person show 8a1c...",
  ).action(async (request: string, options: Common) => {
    const found = await (await context.client(options)).privacyRequest(request);
    context.show(options, found, () => JSON.stringify(found, null, 2));
  });
}

function requestsText(requests: Requests, paint: Paint): string {
  const rows = requests.map(({ id, kind, who, requestedAt, endedAt, stage, found, why }) => [
    id,
    kind,
    who,
    minute(requestedAt),
    endedAt === null ? stage : minute(endedAt),
    foundText({ kind, found }),
    why,
  ]);
  return table(["request", "kind", "by", "asked", "ended", "found", "why"], rows, paint);
}
