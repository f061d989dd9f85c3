import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Peer, startUvicorn } from "../shared/uvicorn.ts";

const HERE = dirname(fileURLToPath(import.meta.url));

/** How the peer is run, and which kind of endpoint answers. */
export interface PeerWay {
  readonly workers: 1 | 2;
  readonly endpoint: "async" | "threaded";
}

export const PEER_WAYS: readonly PeerWay[] = ([1, 2] as const).flatMap((workers) =>
  (["async", "threaded"] as const).map((endpoint) => ({ workers, endpoint }))
);

export const wayText = ({ workers, endpoint }: PeerWay) =>
  `${workers} ${workers === 1 ? "worker" : "workers"}, ${endpoint} endpoint`;

/** Starts the peer: its model is fitted to the file of training rows, shoppers by id are read from the database. */
export const startPeer = (
  python: string,
  { training, databaseUrl, workers }: { training: string; databaseUrl: string; workers: number },
): Promise<Peer> =>
  startUvicorn(python, {
    app: "peer:app",
    folder: HERE,
    workers,
    env: { PEER_TRAINING: training, PEER_DATABASE: databaseUrl },
  });
