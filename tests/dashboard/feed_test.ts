import assert from "node:assert/strict";
import { createFeed, type Feed } from "../../src/dashboard/feed.ts";
import { type OverviewView, overviewView } from "../../src/dashboard/view.ts";
import { fixtureDashboard, makeFixture } from "./fixture.ts";

const view = await overviewView(fixtureDashboard(makeFixture()));
const QUICK = { everyMs: 5, beatMs: 15 };

interface Event {
  event?: string;
  id?: string;
  data?: string;
}

/** Listens as a browser does. */
async function listen(feed: Feed, last: string | null = null) {
  const leaving = new AbortController();
  const stream = await feed.listen(last, leaving.signal);
  const events = eventsOf(stream!);
  const next = async () => (await events.next()).value as Event | undefined;
  return { next, leave: () => leaving.abort() };
}

async function* eventsOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Event> {
  let text = "";
  for await (const part of stream) {
    text += new TextDecoder().decode(part);
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n").map((line) => line.split(": ", 2)[0]);
      const values = text.slice(0, end).split("\n").map((line) => line.slice(line.indexOf(": ") + 2));
      text = text.slice(end + 2);
      if (!lines.includes("retry")) yield Object.fromEntries(lines.map((name, i) => [name, values[i]]));
    }
  }
}

/** A view that changes when told to, and counts how often it is read. */
function changing() {
  const state = { reads: 0, now: view, fails: false };
  const read = () => {
    state.reads++;
    return state.fails
      ? Promise.reject(new Error("no database"))
      : Promise.resolve<OverviewView>({ ...state.now });
  };
  return { state, read };
}

Deno.test("a feed tells the view once, and again when it changes, with another id", async () => {
  const { state, read } = changing();
  const feed = createFeed(read, QUICK);
  const { next, leave } = await listen(feed);
  const first = (await next())!;
  assert.deepEqual([first.event, JSON.parse(first.data!)], ["view", view]);
  state.now = { ...view, readAt: "2026-01-01T00:00:00.000Z" };
  assert.equal((await next())!.event, "beat", "the time alone is no change");
  state.now = { ...view, revisions: { ...view.revisions, overview: "another" } };
  let second = await next();
  while (second!.event === "beat") second = await next();
  assert.equal(JSON.parse(second!.data!).revisions.overview, "another");
  assert.notEqual(second!.id, first.id);
  leave();
  assert.equal(await next(), undefined);
});

Deno.test("who comes back with the present id is told nothing twice; with another, all of it", async () => {
  const { state, read } = changing();
  const feed = createFeed(read, QUICK);
  const before = await listen(feed);
  const { id } = (await before.next())!;
  const back = await listen(feed, id!);
  assert.equal((await back.next())!.event, "beat");
  state.now = { ...view, revisions: { ...view.revisions, overview: "another" } };
  const late = await listen(createFeed(read, QUICK), id!);
  assert.equal((await late.next())!.event, "view");
  for (const { leave } of [before, back, late]) leave();
  for (const { next } of [before, back, late]) while (await next());
});

Deno.test("all who listen share one read, and nothing is read when nobody does", async () => {
  const { state, read } = changing();
  const feed = createFeed(read, { everyMs: 20, beatMs: 20 });
  const all = await Promise.all(Array.from({ length: 10 }, () => listen(feed)));
  for (const { next } of all) await next();
  for (const { next } of all) assert.equal((await next())!.event, "beat");
  assert.ok(state.reads < 10, `${state.reads} reads for ten listeners and two rounds`);
  for (const { leave } of all) leave();
  for (const { next } of all) while (await next());
  await new Promise((done) => setTimeout(done, 60));
  const { reads } = state;
  await new Promise((done) => setTimeout(done, 60));
  assert.equal(state.reads, reads);
});

Deno.test("too many listeners are sent away, and who cannot be told anything is let go", async () => {
  const { state, read } = changing();
  const feed = createFeed(read, { ...QUICK, most: 1 });
  const { next } = await listen(feed);
  await next();
  assert.equal(await feed.listen(null, new AbortController().signal), null);
  state.fails = true;
  while (await next());
  await assert.rejects(feed.listen(null, new AbortController().signal), /no database/);
  state.fails = false;
  const again = await listen(feed);
  assert.equal((await again.next())!.event, "view");
  again.leave();
  while (await again.next());
});

Deno.test("who comes while others wait for the first view counts as one who listens", async () => {
  const { read } = changing();
  const feed = createFeed(read, { ...QUICK, most: 2 });
  const leaving = new AbortController();
  const streams = await Promise.all([1, 2, 3].map(() => feed.listen(null, leaving.signal)));
  assert.equal(streams.filter((stream) => stream === null).length, 1);
  leaving.abort();
  for (const stream of streams) await stream?.cancel();
  assert.ok(await feed.listen(null, AbortSignal.abort()), "who left has given their place back");
});

Deno.test("who may not read any more hears no more, and who cannot be asked about stays", async () => {
  const { read } = changing();
  const feed = createFeed(read, QUICK);
  const leaving = new AbortController();
  let may = true;
  const gone = eventsOf((await feed.listen(null, leaving.signal, () => Promise.resolve(may)))!);
  const stays = eventsOf((await feed.listen(null, leaving.signal, () => Promise.reject(new Error("away"))))!);
  for (const events of [gone, stays]) assert.equal((await events.next()).value.event, "view");
  assert.equal((await gone.next()).value.event, "beat");
  may = false;
  while (!(await gone.next()).done);
  assert.equal((await stays.next()).value.event, "beat");
  leaving.abort();
  while (!(await stays.next()).done);
});
