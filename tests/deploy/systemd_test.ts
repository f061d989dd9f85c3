/** The unit files that are shipped, read by systemd itself. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "../../src/embedded/programs.ts";
import { withFolder } from "../embedded/support.ts";

const FOLDER = fileURLToPath(new URL("../../deploy/systemd/", import.meta.url));
const UNITS = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).sort();
const hasSystemd = await runProgram("systemd-analyze", ["--version"], { timeoutMs: 10_000 }).then(
  ({ ok }) => ok,
  () => false,
);

/** Settings that make systemd bring a unit back, however it ends or hangs. */
const NEEDED = {
  Type: "notify",
  NotifyAccess: "all",
  WatchdogSec: "2min",
  Restart: "always",
  KillMode: "mixed",
};

Deno.test(
  "systemd finds nothing wrong with the units",
  { ignore: !hasSystemd },
  () =>
    withFolder(async (folder) => {
      for (const name of UNITS) {
        const unit = (await Deno.readTextFile(join(FOLDER, name)))
          .replace("/usr/local/bin/deno", Deno.execPath()).replace("/opt/perennial", folder);
        await Deno.writeTextFile(join(folder, name), unit);
        const path = join(folder, name.replace("@.", "@training."));
        const { ok, output } = await runProgram("systemd-analyze", ["verify", path], { timeoutMs: 60_000 });
        assert.ok(ok && !/perennial[-@\w]*\.service/.test(output), `${name}: ${output}`);
      }
    }),
);

for (const name of UNITS) {
  Deno.test(`${name} is watched, restarted, and starts a command that there is`, async () => {
    const lines = (await Deno.readTextFile(join(FOLDER, name))).split("\n").filter((line) =>
      !line.startsWith("#")
    );
    for (const [setting, value] of Object.entries(NEEDED)) {
      assert.ok(lines.includes(`${setting}=${value}`), setting);
    }
    const [command] = lines.filter((line) => line.startsWith("ExecStart="));
    const [, task, part] = /deno task -q (\w+) (up|api|worker)( --health-port \d+)?$/.exec(command) ?? [];
    assert.equal(task, "perennial");
    assert.ok(part);
    const isTemplate = name.includes("@.");
    const ofInstance = ["PERENNIAL_QUEUES", "PERENNIAL_SHOP"].map((name) => `Environment=${name}=%i`);
    assert.equal(ofInstance.some((line) => lines.includes(line)), isTemplate);
    assert.equal(
      command.includes("--health-port"),
      !isTemplate,
      "copies on one machine need ports of their own",
    );
  });
}

Deno.test(
  "a unit with a setting that there is not is noticed",
  { ignore: !hasSystemd },
  () =>
    withFolder(async (folder) => {
      const path = join(folder, "wrong.service");
      await Deno.writeTextFile(path, "[Service]\nExecStart=/bin/true\nWatchdogSec=soon\nRestart=perhaps\n");
      const { output } = await runProgram("systemd-analyze", ["verify", path], { timeoutMs: 60_000 });
      assert.match(output, /wrong\.service/);
    }),
);
