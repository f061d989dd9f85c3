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

/**
 * Starts a thread that may only compute.
 * @param folders of an operator's own code that it may read beside the program
 */
export function computeThread(module: URL, folders: readonly string[] = []): Worker {
  const read = [new URL("../../", import.meta.url), ...folders];
  return new Worker(module, { type: "module", deno: { permissions: { ...PERMISSIONS, read } } });
}
