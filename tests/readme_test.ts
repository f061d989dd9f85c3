import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { isAbsent } from "../src/embedded/files.ts";
import settings from "../deno.json" with { type: "json" };
import { namedIn } from "./readme.ts";

const ROOT = new URL("../", import.meta.url);
const top = await readdir(ROOT);
const pages = top.filter((name) => name.endsWith(".md"));

async function exists(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(new URL(path.replaceAll("%20", " "), ROOT))) !== null;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

for (const page of pages) {
  Deno.test(`${page} names no file, folder or task that is not there`, async () => {
    const { paths, tasks } = namedIn(await Deno.readTextFile(new URL(page, ROOT)), top);
    const missing: string[] = [];
    for (const path of paths) if (!await exists(path)) missing.push(path);
    const known = "tasks" in settings ? Object.keys(settings.tasks as object) : [];
    assert.deepEqual({ missing, tasks: tasks.filter((task) => !known.includes(task)) }, {
      missing: [],
      tasks: [],
    });
  });
}

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
    paths: [
      "docs/loop.svg",
      "docs/operating.md",
      "docs/dashboard.png",
      "src/main.ts",
      "data/shop.csv",
      "src/mod.ts",
      "data",
    ],
    tasks: ["demo", "test"],
  }));
