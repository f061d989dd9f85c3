/** Visitors over HTTP, in a thread of their own: those whose events are followed, and the load beside them. */
import { connect } from "../../src/db/connect.ts";

export interface VisitJob {
  url: string;
  apiKey: string;
  databaseUrl: string;
  /** events that are followed */
  tries: number;
  visitors: number;
}

export interface LoadJob {
  url: string;
  apiKey: string;
  /** events and predictions a second */
  events: number;
  predictions: number;
  shoppers: number;
}

export interface Visited {
  /** from the acknowledgement of an event to the answer in which it counts, ms each */
  freshMs: number[];
  /** from the acknowledgement to the event by a bare statement on an open connection, ms each */
  bareMs: number[];
  /** answers that did not know an acknowledged event */
  missed: number;
}

type Message = { visit: VisitJob } | { load: LoadJob } | { end: true };

const headersOf = (apiKey: string) => ({
  Authorization: `Bearer ${apiKey}`,
  "Content-Type": "application/json",
});

async function post<T>(
  { url, apiKey }: { url: string; apiKey: string },
  path: string,
  body: unknown,
): Promise<T> {
  const request = { method: "POST", headers: headersOf(apiKey), body: JSON.stringify(body) };
  const response = await fetch(`${url}${path}`, request);
  const text = await response.text();
  if (!response.ok) throw new Error(`The API answered ${response.status}: ${text.slice(0, 200)}`);
  return JSON.parse(text);
}

const viewOf = (user: string, id: string, i: number) => ({
  id,
  user,
  type: "view",
  product: `p${i % 50}`,
  category: `c${i % 7}`,
  price: i % 90,
  time: new Date().toISOString(),
});

/** Each try is one more view of a visitor; the model answers with how many there are. */
async function visit(job: VisitJob): Promise<Visited> {
  const sql = connect(job.databaseUrl, { max: 1 });
  const views = new Map<string, number>();
  const visited: Visited = { freshMs: [], bareMs: [], missed: 0 };
  for (let i = 0; i < 2 * job.tries; i++) {
    const user = `visitor ${Math.floor(i / 2) % job.visitors}`;
    const id = `try ${i}`;
    await post(job, "/events", [viewOf(user, id, i)]);
    const acknowledgedMs = performance.now();
    const want = (views.get(user) ?? 0) + 1;
    views.set(user, want);
    if (i % 2 === 0) {
      visited.missed += await triesUntil(async () => await viewsOf(job, user) === want);
      visited.freshMs.push(performance.now() - acknowledgedMs);
    } else {
      await triesUntil(async () => (await sql`select price from events where event_id = ${id}`).count === 1);
      visited.bareMs.push(performance.now() - acknowledgedMs);
    }
  }
  await sql.end();
  return visited;
}

async function viewsOf(job: VisitJob, user: string): Promise<number> {
  const answer = await post<{ predictions: { prediction: number }[] }>(job, "/predictions/visits", { user });
  return answer.predictions[0].prediction;
}

/** @returns how often it was not so */
async function triesUntil(isSo: () => Promise<boolean>): Promise<number> {
  for (let missed = 0; missed < 1000; missed++) if (await isSo()) return missed;
  throw new Error("An acknowledged event is in no answer");
}

const BATCH = 10;

/** Sends at a steady pace until it is told to end; a request that is late does not hold the next. */
function load(job: LoadJob): () => Promise<{ events: number; predictions: number }> {
  let sent = 0;
  const done = { events: 0, predictions: 0 };
  const underWay = new Set<Promise<void>>();
  const begin = (request: Promise<unknown>, what: keyof typeof done, count: number) => {
    const running = request.then(() => void (done[what] += count)).finally(() => underWay.delete(running));
    underWay.add(running);
  };
  const events = setInterval(() => {
    const batch = Array.from({ length: BATCH }, () => {
      const i = sent++;
      return viewOf(`shopper ${(i * 7919) % job.shoppers}`, `load ${i}`, i);
    });
    begin(post(job, "/events", batch), "events", BATCH);
  }, 1000 * BATCH / job.events);
  const predictions = setInterval(() => {
    const user = `shopper ${Math.floor(job.shoppers * Math.random())}`;
    begin(post(job, "/predictions/visits", { user }), "predictions", 1);
  }, 1000 / job.predictions);
  return async () => {
    clearInterval(events);
    clearInterval(predictions);
    await Promise.all(underWay);
    return done;
  };
}

/** Runs a job in another thread. @returns its outcome, and for a load what ends it */
export function inThread(message: Message): { outcome: Promise<unknown>; end(): void } {
  const worker = new Worker(import.meta.url, { type: "module" });
  const outcome = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => "error" in data ? reject(new Error(data.error)) : resolve(data.outcome);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
  }).finally(() => worker.terminate());
  worker.postMessage(message);
  return { outcome, end: () => worker.postMessage({ end: true }) };
}

const isWorker = typeof (globalThis as { WorkerGlobalScope?: unknown }).WorkerGlobalScope !== "undefined";
if (isWorker) {
  const scope = globalThis as unknown as {
    onmessage: (event: MessageEvent<Message>) => void;
    postMessage(message: unknown): void;
  };
  const tell = (outcome: Promise<unknown>) =>
    void outcome.then(
      (outcome) => scope.postMessage({ outcome }),
      (error) => scope.postMessage({ error: String(error) }),
    );
  let ending: ReturnType<typeof load> | null = null;
  scope.onmessage = ({ data }) => {
    if ("visit" in data) tell(visit(data.visit));
    else if ("load" in data) ending = load(data.load);
    else tell(ending!());
  };
}
