/** Writes docs/settings.md from the declared settings: `deno task docs:settings`. */
import { fileURLToPath } from "node:url";
import { settingsPage } from "./settings_page.ts";

const path = fileURLToPath(new URL("../../docs/settings.md", import.meta.url));
await Deno.writeTextFile(path, settingsPage());
const { success } = await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", path] }).output();
if (!success) throw new Error(`Cannot format "${path}"`);
