/** Imports a file in a process of its own, small batches at a time, to be killed: `import_child.ts URL FILE`. */
import { systemClock } from "../../../src/core/clock.ts";
import { connect } from "../../../src/db/connect.ts";
import { importFile } from "../../../src/app/events/import.ts";
import { pseudonym } from "../../db/events_support.ts";

const [url, file] = Deno.args;
const sql = connect(url);
await importFile({ sql, clock: systemClock, pseudonym }, file, {
  batch: 50,
  onProgress: ({ linesDone }) => console.log(linesDone),
});
await sql.end();
