/**
 * What a thread of ours may do: read the program itself, and compute. No network, no other program, no file written, no
 * native library: it gets its data as messages, and answers by them.
 */
const PERMISSIONS: Deno.PermissionOptionsObject = {
  read: [new URL("../../", import.meta.url)],
  net: false,
  run: false,
  write: false,
  ffi: false,
  env: "inherit", // tfjs looks whether it is in Node
  sys: "inherit",
};

/** Starts a thread that may only compute. */
export const computeThread = (module: URL): Worker =>
  new Worker(module, { type: "module", deno: { permissions: PERMISSIONS } });
