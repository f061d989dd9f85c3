/**
 * Run as a program of its own: `download_temporal.ts VERSION FOLDER` fetches Temporal's official binary into
 * FOLDER. The SDK only downloads as part of starting a test server and cannot be told to give up; a process
 * can be ended.
 */
import { TestWorkflowEnvironment } from "@temporalio/testing";

const [version, downloadDir] = Deno.args;
const environment = await TestWorkflowEnvironment.createLocal({
  server: { executable: { type: "cached-download", version, downloadDir } },
});
await environment.teardown();
