/**
 * A worker as production runs it, which kills, freezes or stops itself where the plan says so. Started as a process of its
 * own: `deno run -A doomed_worker.ts JSON`.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { type ActivityInterceptorsFactory, Worker } from "@temporalio/worker";
import { readConfig } from "../../../src/config/environment.ts";
import { watchStatements } from "../../../src/db/statements.ts";
import { cacheHome } from "../../../src/embedded/home.ts";
import { type Service, startService } from "../../../src/service.ts";
import { connectChaos, type Fate, noteRecovery, takeKill } from "./kills.ts";

const { env, home, fate } = JSON.parse(Deno.args[0]) as {
  env: Record<string, string>;
  home: string;
  fate: Fate;
};
const chaos = connectChaos(env.DATABASE_URL);
const doomed = new AsyncLocalStorage<{ isMet: boolean }>();
const started = Promise.withResolvers<Service>();

/** Dies here and now, saying nothing; or stands still until it is woken; or begins to end as SIGTERM asks it to. */
async function meetFate(): Promise<void> {
  if (fate === "stop") return void started.promise.then((service) => service.stop()).then(() => Deno.exit(0));
  Deno.kill(Deno.pid, fate === "freeze" ? "SIGSTOP" : "SIGKILL");
  if (fate === "kill") await new Promise<never>(() => undefined);
}

const doom: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    async execute(input, next) {
      const workflow = info.workflowExecution!.workflowId;
      const execution = `${workflow}/${info.workflowExecution!.runId}/${info.activityId}`;
      // the last try is to come through, also where the ones before died with another activity
      const point = info.attempt < (info.retryPolicy?.maximumAttempts || 3)
        ? await takeKill(chaos, { activity: info.activityType, workflow, execution })
        : null;
      if (point === "before") await meetFate();
      const during = { isMet: false };
      const result = point === "during" ? await doomed.run(during, () => next(input)) : await next(input);
      if (point === "after" || (point === "during" && !during.isMet)) await meetFate();
      await noteRecovery(chaos, execution);
      return result;
    },
  },
});
watchStatements(() => {
  const during = doomed.getStore();
  if (during && !during.isMet) {
    during.isMet = true;
    setTimeout(meetFate, 1); // sent, and on its way
  }
  return () => undefined;
});

/** A dead worker is given up after five seconds instead of fifteen, and nothing waits for a queue that died with it. */
const create = Worker.create.bind(Worker);
Worker.create = async (options) => {
  const interceptors = { activity: [...options.interceptors?.activity ?? [], doom] };
  const bundle = options.workflowBundle as { codePath: string } | undefined;
  if (bundle === undefined) return await create({ ...options, interceptors });
  const code = (await Deno.readTextFile(bundle.codePath)).replaceAll('"15 seconds"', '"5 seconds"');
  return await create({
    ...options,
    workflowBundle: { code },
    maxCachedWorkflows: 0,
    interceptors,
  });
};

const service = await startService({
  config: readConfig(env),
  env,
  home,
  cache: cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() }),
  parts: ["worker"],
  embedded: false,
  active: false,
  log: (line, fields) => console.error(line, fields ? JSON.stringify(fields) : ""),
});
started.resolve(service);
await new Promise(() => undefined);
