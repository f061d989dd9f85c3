/** The programs of docs/api.md, run as they stand there against the real API. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { addEndedCycle, byteAnswer, KEY, pseudonym } from "../api/support.ts";
import { withServed } from "../cli/support.ts";
import { hasPhp } from "./php.ts";
import { readPage } from "./sources.ts";

const page = await readPage("docs/api.md");
const PYTHON = fileURLToPath(new URL("../../python/", import.meta.url));

/** The one program of a language. */
function programIn(language: string): string {
  const blocks = [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))];
  assert.equal(blocks.length, 1, language);
  return blocks[0][1];
}

const DENO = ["run", "-A", "--no-check", "--no-config"];
const WAYS = [
  {
    name: "docs/api.md: the sh program tells what the others tell",
    ignore: !await hasCurl(),
    language: "sh",
    command: "sh",
  },
  { name: "docs/api.md: the TypeScript program", language: "ts", command: Deno.execPath(), options: DENO },
  { name: "docs/api.md: the Python program", language: "python", command: "python3" },
  { name: "docs/api.md: the PHP program", ignore: !await hasPhp(), language: "php", command: "php" },
];

for (const { name, ignore, language, command, options = [] } of WAYS) {
  const file = `shop.${language}`;
  Deno.test({
    name: `${name}: an event, a prediction, the headline`,
    ignore,
    fn: () =>
      withServed(async ({ url, sql }) => {
        await addEndedCycle(sql);
        const folder = await Deno.makeTempDir({ prefix: "perennial-api-" });
        try {
          await Deno.writeTextFile(`${folder}/${file}`, programIn(language));
          const env = { PERENNIAL_URL: url, PERENNIAL_API_KEY: KEY, PYTHONPATH: PYTHON };
          const ran = await new Deno.Command(command, { args: [...options, file], cwd: folder, env })
            .output();
          const [out, err] = [ran.stdout, ran.stderr].map((bytes) => new TextDecoder().decode(bytes));
          assert.equal(ran.code, 0, err);
          const [{ n }] = await sql`select count(*)::int as n from events where price = 9.5`;
          assert.equal(n, 1);
          assert.match(out, /17\W.*0\.\d+/);
          if (language !== "sh") assert.ok(out.includes(`18: ${byteAnswer(pseudonym("18"))} by v4`), out);
          assert.match(out, /Churn is healthy/);
        } finally {
          await Deno.remove(folder, { recursive: true });
        }
      }),
  });
}

async function hasCurl(): Promise<boolean> {
  return await new Deno.Command("curl", { args: ["--version"], stdout: "null" }).output().then(
    ({ success }) => success,
    () => false,
  );
}

Deno.test("docs/api.md names no route that the API has not", async () => {
  const { ACCESS } = await import("../../src/api/access.ts");
  const named = [...page.matchAll(/`(?:GET|POST|PUT) (\/[\w/-]+)/g)].map(([route]) =>
    route.slice(1).replace("/MODEL", "/{model}")
  );
  assert.ok(named.length >= 3);
  assert.deepEqual(named.filter((route) => !(route in ACCESS)), []);
});
