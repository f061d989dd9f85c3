import { join } from "node:path";
import type { ServiceOptions } from "./options.ts";
import type { Undo } from "./undo.ts";

/** Tells systemd how a service does, where systemd started it. */
export interface Systemd {
  /** It is ready; from now on a main thread that takes no turn for too long has it restarted. */
  ready(): Promise<void>;
}

/**
 * Speaks sd_notify(3): READY, WATCHDOG as often as asked for, STOPPING. The timer of the watchdog is the main thread's:
 * while that hangs, systemd hears nothing. Where nobody listens, nothing is said.
 */
export function openSystemd(
  { env, home, log }: Pick<ServiceOptions, "env" | "home" | "log">,
  undo: Undo,
): Systemd {
  const path = env.NOTIFY_SOCKET;
  if (!path?.startsWith("/")) return { ready: () => Promise.resolve() };
  const say = async (words: string) => {
    const own = join(home, `notify-${crypto.randomUUID()}.socket`);
    const socket = Deno.listenDatagram({ transport: "unixpacket", path: own });
    try {
      await socket.send(new TextEncoder().encode(words), { transport: "unixpacket", path });
    } catch (error) {
      log(`Cannot tell systemd ${words}: ${error}`, { level: "warn" });
    } finally {
      socket.close();
      await Deno.remove(own);
    }
  };
  const watchdogMs = Number(env.WATCHDOG_USEC ?? 0) / 1000;
  return {
    async ready() {
      await say(`READY=1\nMAINPID=${Deno.pid}`);
      const timer = watchdogMs > 0 ? setInterval(() => void say("WATCHDOG=1"), watchdogMs / 3) : undefined;
      undo.begin(() => {
        clearInterval(timer);
        void say("STOPPING=1");
      });
    },
  };
}
