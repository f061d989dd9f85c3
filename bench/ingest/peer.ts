import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "../../src/db/connect.ts";
import type { BenchService } from "../shared/service.ts";
import { type Peer, startUvicorn } from "../shared/uvicorn.ts";
import { emptyTable } from "./plain.ts";

export const WEB = {
  requirements: "requirements-serving.txt",
  modules: "fastapi, psycopg_pool, sklearn, uvicorn, uvloop, httptools",
  hint: "they need wheels for this machine",
};

/** Starts the peer that takes events in: a worker for each core of a small machine. */
export async function startIngestPeer(python: string, { databaseUrl }: BenchService): Promise<Peer> {
  await emptyPeerTable(databaseUrl);
  return await startUvicorn(python, {
    app: "peer_ingest:app",
    folder: dirname(fileURLToPath(import.meta.url)),
    workers: 2,
    env: { PEER_DATABASE: databaseUrl },
  });
}

/** The peer's table, with a key and nothing else, as the bare inserts have one. */
export async function emptyPeerTable(databaseUrl: string): Promise<void> {
  const sql = connect(databaseUrl, { max: 1 });
  await sql.unsafe(emptyTable("bench_peer_events")).finally(() => sql.end({ timeout: 5 }));
}
