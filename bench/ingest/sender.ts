/** Sends prepared batches to `POST /events` from a thread of its own, so that it does not take the service's. */

export interface SendJob {
  url: string;
  apiKey: string;
  /** JSON arrays of events */
  bodies: string[];
  /** requests under way at once */
  senders: number;
}

export interface Sent {
  ms: number;
  accepted: number;
  /** ms each request took */
  latencies: number[];
}

export async function sendAll({ url, apiKey, bodies, senders }: SendJob): Promise<Sent> {
  const latencies: number[] = [];
  let next = 0;
  let accepted = 0;
  const headers = { Authorization: `Bearer ${apiKey}`, "Content-Type": "application/json" };
  const sender = async () => {
    while (next < bodies.length) {
      const started = performance.now();
      const response = await fetch(`${url}/events`, { method: "POST", headers, body: bodies[next++] });
      const answer = await response.text();
      if (!response.ok) throw new Error(`The service answered ${response.status}: ${answer.slice(0, 200)}`);
      latencies.push(performance.now() - started);
      accepted += JSON.parse(answer).accepted;
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: senders }, sender));
  return { ms: performance.now() - started, accepted, latencies };
}

/** Has another thread send them. */
export function sendFromWorker(job: SendJob): Promise<Sent> {
  const worker = new Worker(import.meta.url, { type: "module" });
  return new Promise<Sent>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Sent | { error: string }>) =>
      "error" in data ? reject(new Error(data.error)) : resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    worker.postMessage(job);
  }).finally(() => worker.terminate());
}

const isWorker = typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope !== "undefined";
if (isWorker) {
  const scope = globalThis as unknown as {
    onmessage: (event: MessageEvent<SendJob>) => void;
    postMessage(message: unknown): void;
  };
  scope.onmessage = ({ data }) =>
    void sendAll(data).then(
      (sent) => scope.postMessage(sent),
      (error) => scope.postMessage({ error: String(error) }),
    );
}
