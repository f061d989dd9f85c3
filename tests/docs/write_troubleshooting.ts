/** Writes docs/troubleshooting.md from the doctor's catalogue: `deno task docs:troubleshooting`. */
import { fileURLToPath } from "node:url";
import { troubleshootingPage } from "../../src/doctor/page.ts";

const path = fileURLToPath(new URL("../../docs/troubleshooting.md", import.meta.url));
await Deno.writeTextFile(path, troubleshootingPage());
const { success } = await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", path] }).output();
if (!success) throw new Error(`Cannot format "${path}"`);
