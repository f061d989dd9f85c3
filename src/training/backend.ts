import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";

let ready: Promise<void> | undefined;

/** Starts tfjs on its WASM backend, once; the files come from the installed package, never from a network. */
export function startBackend(): Promise<void> {
  return ready ??= start();
}

async function start(): Promise<void> {
  const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(`${dirname(entry)}/`);
  if (!await tf.setBackend("wasm")) {
    throw new Error("Cannot start training: the WASM backend of tfjs did not start");
  }
  await tf.ready();
}
