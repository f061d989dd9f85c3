import { cpus, totalmem } from "node:os";

/** Where and when figures were measured. */
export interface Machine {
  readonly date: string;
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly system: string;
  /** load average of the last minute when the bench began and when it ended; its own work is in the second */
  readonly load: readonly [number, number];
  readonly versions: Readonly<Record<string, string>>;
}

/** Takes note of the machine. `done` adds what is known only afterwards. */
export function machineNow(): { done: (versions?: Record<string, string>) => Machine } {
  const date = new Date().toISOString().slice(0, 16).replace("T", " ") + " UTC";
  const before = load();
  const done = (versions: Record<string, string> = {}): Machine => ({
    date,
    cores: navigator.hardwareConcurrency,
    processor: cpus()[0]?.model ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${Deno.build.os} ${Deno.build.arch}`,
    load: [before, load()],
    versions: { deno: Deno.version.deno, ...versions },
  });
  return { done };
}

const load = () => Math.round(Deno.loadavg()[0] * 10) / 10;

/** One line for the end of a report. */
export function machineText({ date, cores, processor, memoryGiB, system, load, versions }: Machine): string {
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ");
  return `Measured ${date} on ${cores} cores (${processor}), ${memoryGiB} GiB, ${system}; load average ${
    load[0]
  } when it ` +
    `began, ${load[1]} when it ended. ${programs}. Again: \`deno task bench\`.`;
}
