import assert from "node:assert/strict";
import { join } from "node:path";
import { openSystemd } from "../../src/start/systemd.ts";
import { Undo } from "../../src/start/undo.ts";
import { withFolder } from "../embedded/support.ts";

const options = { ignore: Deno.build.os !== "linux" };

Deno.test(
  "systemd hears READY, then WATCHDOG again and again, then STOPPING",
  options,
  () =>
    withFolder(async (home) => {
      const path = join(home, "systemd.socket");
      const systemd = Deno.listenDatagram({ transport: "unixpacket", path });
      const hear = async () => new TextDecoder().decode((await systemd.receive())[0]);
      const undo = new Undo(() => undefined);
      const env = { NOTIFY_SOCKET: path, WATCHDOG_USEC: "60000" };
      await openSystemd({ env, home, log: assert.fail }, undo).ready();
      assert.equal(await hear(), `READY=1\nMAINPID=${Deno.pid}`);
      assert.deepEqual([await hear(), await hear()], ["WATCHDOG=1", "WATCHDOG=1"]);
      await undo.run();
      let last = await hear();
      while (last === "WATCHDOG=1") last = await hear();
      assert.equal(last, "STOPPING=1");
      systemd.close();
    }),
);

Deno.test("without systemd nothing is said", () =>
  openSystemd({ env: {}, home: "/nowhere", log: assert.fail }, new Undo(assert.fail)).ready());
