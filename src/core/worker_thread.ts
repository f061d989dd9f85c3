/**
 * What a thread of ours may do: read the program itself, and compute. No network, no other program, no file written, no
 * native library: it gets its data as messages, and answers by them.
 */
const PERMISSIONS: Deno.PermissionOptionsObject = {
  net: false,
  run: false,
  write: false,
  ffi: false,
  env: "inherit", // tfjs looks whether it is in Node
  sys: "inherit",
};

/** What a thread that speaks to the world may do: what its process may, but start programs and load native libraries. */
const SPEAKING: Deno.PermissionOptionsObject = {
  net: "inherit",
  read: "inherit",
  write: "inherit",
  env: "inherit",
  sys: "inherit",
  run: false,
  ffi: false,
};

/** The rights of a thread: only to compute, or to speak to others as well. */
export type Rights = "compute" | "speak";

/** Starts a thread that may only compute. */
export const computeThread = (module: URL): Worker => boundedThread(module, "compute");

/**
 * Starts a thread that may do less than its process.
 * @param folders of an operator's own code that it may read beside the program
 */
export function boundedThread(module: URL, rights: Rights, folders: readonly string[] = []): Worker {
  const read = [new URL("../../", import.meta.url), ...folders];
  const permissions = rights === "speak" ? SPEAKING : { ...PERMISSIONS, read };
  return new Worker(module, { type: "module", deno: { permissions } });
}
