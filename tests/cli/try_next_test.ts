import assert from "node:assert/strict";
import { tryNext } from "../../src/cli/try_next.ts";
import { runCli } from "../../src/cli/program.ts";
import { GUIDES } from "../../src/dashboard/guides.ts";
import { NAVIGATION } from "../../components/navigation.tsx";
import { Browser } from "../api/browser_support.ts";
import { sha256 } from "../../src/core/hash.ts";
import { saveKey } from "../../src/db/access/api_keys.ts";
import { withDesk } from "../dashboard/sessions_support.ts";

Deno.test("a demo's link signs in, once; its pages are there, and its commands are ones that the program has", () =>
  withDesk(async ({ app, sql }) => {
    await saveKey(sql, "owner", sha256("pk_owner"));
    const text = await tryNext({ sql, url: "http://localhost:8000" });
    const [link, ...pages] = [...text.matchAll(/http:\/\/localhost:8000(\S*)/g)].map(([, path]) => path);
    const browser = new Browser(app);
    const shown = await browser.page(link);
    assert.ok(shown.querySelector("form"), "the link opens a form, which a mail scanner does not send");
    const known = [
      ...NAVIGATION.flatMap((group) => group.pages.map(({ path }) => path)),
      ...GUIDES.map(({ name }) => `/help/${name}`),
    ];
    assert.deepEqual(pages.filter((path) => !known.includes(path)), []);
    assert.equal(pages.length, 3);
    const commands = [...text.matchAll(/deno task perennial (\w+)/g)].map(([, command]) => command);
    assert.deepEqual(commands, ["keys", "status", "predict", "config"]);
    for (const command of commands) {
      const io = {
        env: {},
        uid: null,
        out: () => undefined,
        err: () => undefined,
        isTerminal: false,
        columns: 80,
      };
      assert.equal(await runCli([command, "--help"], io), 0, command);
    }
  }));
