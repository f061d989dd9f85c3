import settings from "../../deno.json" with { type: "json" };

/** The version of Perennial, as `deno.json` has it; a test compares it with the newest section of CHANGELOG.md. */
export const VERSION: string = settings.version;
