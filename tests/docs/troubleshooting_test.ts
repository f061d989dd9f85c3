import assert from "node:assert/strict";
import { AREAS, CATALOGUE, TROUBLE_IDS } from "../../src/doctor/catalogue.ts";
import { MESSAGE_SECTIONS } from "../../src/doctor/messages.ts";
import { troubleshootingPage } from "../../src/doctor/page.ts";
import { readPage, readSources } from "./sources.ts";

/** The parts of an explained message: the texts between what differs. */
const partsOf = (message: string): string[] =>
  message.split("…").map((part) => part.replace(/^[\s":(]+|[\s":(]+$/g, "")).filter((part) =>
    part.length > 3
  );

/** The code without what explains its messages, which would find itself. */
const sourcesOfMessages = async (): Promise<string[]> =>
  [...await readSources()].filter(([path]) => !path.startsWith("src/doctor/")).map(([, code]) => code);

/** Text without its line breaks, which the formatter sets. */
const unbroken = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

Deno.test("docs/troubleshooting.md is what the catalogue says (deno task docs:troubleshooting)", async () => {
  assert.equal(unbroken(await readPage("docs/troubleshooting.md")), unbroken(troubleshootingPage()));
});

Deno.test("each message that the page explains is one that the code writes", async () => {
  const messages = MESSAGE_SECTIONS.flatMap(({ messages }) => messages.map(({ message }) => message));
  assert.ok(messages.length >= 12);
  const sources = await sourcesOfMessages();
  const unknown = messages.filter((message) =>
    !sources.some((code) => partsOf(message).every((part) => code.includes(part)))
  );
  assert.deepEqual(unknown, []);
});

Deno.test("the page has a place for every trouble, and each is one that a look can find", async () => {
  assert.deepEqual(TROUBLE_IDS.filter((id) => !AREAS.includes(CATALOGUE[id].area)), []);
  const looks = [...await readSources(["src/doctor"])].filter(([path]) => !path.endsWith("catalogue.ts"));
  const code = looks.map(([, text]) => text).join("\n");
  assert.deepEqual(TROUBLE_IDS.filter((id) => !code.includes(`"${id}"`)), []);
});

Deno.test("what the catalogue says --fix does, fix.ts does, and nothing else", async () => {
  const fixes = (await readSources(["src/doctor"])).get("src/doctor/fix.ts")!;
  const claimed = TROUBLE_IDS.filter((id) => "fix" in CATALOGUE[id]);
  assert.deepEqual(claimed.filter((id) => !fixes.includes(`"${id}":`)), []);
  const done = [...fixes.matchAll(/^ {2}"([a-z-]+)":/gm)].map(([, id]) => id);
  assert.deepEqual(done.sort(), [...claimed].sort());
});

Deno.test("every command that a cure names is one of the program's", async () => {
  const program = await Deno.readTextFile(new URL("../../src/cli/program.ts", import.meta.url));
  const commands = [...await readSources(["src/cli/commands"])].map(([, code]) => code).join("\n") + program;
  const named = TROUBLE_IDS.flatMap((id) =>
    [...JSON.stringify(CATALOGUE[id]).matchAll(/`perennial ([a-z-]+)/g)].map(([, command]) => command)
  );
  assert.ok(named.length > 20);
  const unknown = named.filter((name) =>
    !new RegExp(`command\\("${name}["( ]|change\\w*\\(.*"${name}"`).test(commands)
  );
  assert.deepEqual([...new Set(unknown)], []);
});
