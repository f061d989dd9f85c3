/** The world as commands touch it, so that a test can stand in for it. */
export interface Io {
  /** the environment */
  env: Readonly<Record<string, string | undefined>>;
  /** `Deno.uid()` */
  uid: number | null;
  /** writes an answer, a line break at its end */
  out(text: string): void;
  /** writes what is not the answer: progress, errors */
  err(text: string): void;
  /** whether a person watches `out` */
  isTerminal: boolean;
  /** characters in a line of the terminal */
  columns: number;
  /** asks the person who watches; left out: nobody can answer */
  ask?(question: string): Promise<boolean>;
}

/** The process's own streams and environment. */
export function processIo(): Io {
  const isTerminal = Deno.stdout.isTerminal();
  const write = (stream: { writeSync(bytes: Uint8Array): number }) => (text: string) => {
    const bytes = new TextEncoder().encode(text + "\n");
    for (let done = 0; done < bytes.length;) done += stream.writeSync(bytes.subarray(done));
  };
  return {
    env: Deno.env.toObject(),
    uid: Deno.uid(),
    out: write(Deno.stdout),
    err: write(Deno.stderr),
    isTerminal,
    columns: isTerminal ? Deno.consoleSize().columns : 200,
    ...isTerminal && Deno.stdin.isTerminal() ? { ask } : {},
  };
}

/** Anything but `y` or `yes` is a no. */
function ask(question: string): Promise<boolean> {
  return Promise.resolve(/^y(es)?$/i.test(prompt(`${question} [y/N]`)?.trim() ?? ""));
}
