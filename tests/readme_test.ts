import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { isAbsent } from "../src/embedded/files.ts";
import settings from "../deno.json" with { type: "json" };
import { anchorsIn, namedIn } from "./readme.ts";

const ROOT = new URL("../", import.meta.url);
const top = await readdir(ROOT);
const PAGES = [
  ...top.filter((name) => name.endsWith(".md")),
  ...(await readdir(new URL("docs/", ROOT))).filter((name) => name.endsWith(".md")).map((name) =>
    `docs/${name}`
  ),
  "docs/decisions/README.md",
];

async function exists(path: URL): Promise<boolean> {
  try {
    return (await Deno.stat(path)) !== null;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

for (const page of PAGES) {
  const address = new URL(page, ROOT);
  Deno.test(`${page} names no file, folder or task that is not there`, async () => {
    const { links, paths, tasks } = namedIn(await Deno.readTextFile(address), top);
    const missing: string[] = [];
    for (const link of links) if (!await exists(new URL(link, address))) missing.push(link);
    for (const path of paths) if (!await exists(new URL(path, ROOT))) missing.push(path);
    const known = Object.keys(settings.tasks);
    assert.deepEqual({ missing, tasks: tasks.filter((task) => !known.includes(task)) }, {
      missing: [],
      tasks: [],
    });
  });

  Deno.test(`${page} links no heading that is not there`, async () => {
    const missing: string[] = [];
    for (
      const [link, path, anchor] of (await Deno.readTextFile(address)).matchAll(
        /\]\(([\w./-]*\.md)?#([^)]+)\)/g,
      )
    ) {
      const target = path === undefined ? address : new URL(path, address);
      if (!anchorsIn(await Deno.readTextFile(target)).includes(anchor)) missing.push(link);
    }
    assert.deepEqual(missing, []);
  });
}

Deno.test("README.md is read in a few minutes", async () => {
  const lines = (await Deno.readTextFile(new URL("README.md", ROOT))).split("\n").length;
  assert.ok(lines < 150, `${lines} lines`);
});

const TEXT = `
# Title
![picture](docs/loop.svg "the loop") and [a page](docs/operating.md#start), [site](https://example.org), [up](#title).
<img src="docs/dashboard.png">
Run \`deno task demo --exit\` or:

    npx deno@2.9.6 task test    # all of them
    deno run -A src/main.ts import ./data/shop.csv --json

\`\`\`ts
import { startRetrainingService } from "./src/mod.ts";
\`\`\`
The API answers \`GET /events\` and \`POST /models/:name/promote\`; tests are \`tests/*_test.ts\`; \`src/{a,b}\`; \`data\`.
`;

Deno.test("namedIn() finds the paths of links and code, and the tasks of commands", () =>
  assert.deepEqual(namedIn(TEXT, ["src", "docs", "data", "tests", "deno.json"]), {
    links: ["docs/loop.svg", "docs/operating.md", "docs/dashboard.png"],
    paths: [
      "src/main.ts",
      "data/shop.csv",
      "src/mod.ts",
      "data",
    ],
    tasks: ["demo", "test"],
  }));

Deno.test("anchorsIn() makes anchors as code hosts do", () =>
  assert.deepEqual(anchorsIn("# A model\n\n## On the command line, `--json`\n"), [
    "a-model",
    "on-the-command-line---json",
  ]));
