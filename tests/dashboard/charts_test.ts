import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { dragged, nearest, stepped } from "../../src/dashboard/browser/chart_tips.ts";
import { zoomHref, zoomOf, zoomSteps } from "../../components/zoom.ts";
import { buildDashboard } from "../../src/dashboard/mount.ts";
import { fixtureDashboard, makeFixture } from "./fixture.ts";

const fixture = makeFixture();
const site = await buildDashboard(fixtureDashboard(fixture));
const get = (path: string) => site(new Request(`http://localhost${path}`));
const open = async (path: string) => parseHTML(await (await get(path)).text()).document;

const ended = fixture.cycles.find((c) => c.outcome === "rolled back")!;
const rollout = `/rollouts/${fixture.rollouts[0].rollout.id}`;

for (
  const [path, ids] of [
    ["/", ["replay-churn", "replay-spending", "cycles-churn", "cycles-spending"]],
    ["/versions", ["served"]],
    [rollout, ["share", "difference-19"]],
  ] as const
) {
  Deno.test(`each chart of ${path} has a table and a CSV of the same numbers`, async () => {
    const document = await open(path);
    for (const id of ids) {
      const link = document.querySelector(`a[download="${id}.csv"]`)!;
      const tools = link.closest(".chart-tools")!;
      assert.ok(tools.querySelectorAll("details tbody tr").length > 0, id);
      const res = await get(link.getAttribute("href")!);
      assert.match(res.headers.get("content-type")!, /^text\/csv/);
      assert.match(res.headers.get("content-disposition")!, new RegExp(`"${id}\\.csv"`));
      const lines = (await res.text()).trim().split("\r\n");
      assert.ok(lines.length > 1, id);
      assert.ok(lines.every((line) => line.split(",").length >= lines[0].split(",").length), id);
    }
  });
}

Deno.test("?csv= of a chart that the page has not is a 404 that says so", async () => {
  const res = await get("/?csv=nothing");
  assert.equal(res.status, 404);
  assert.match(await res.text(), /There is no chart &quot;nothing&quot; on this page|no chart "nothing"/);
});

Deno.test("a chart's CSV holds the unrounded numbers of its cycles", async () => {
  const res = await get("/?csv=cycles-churn");
  const [, first] = (await res.text()).split("\r\n");
  const judged = fixture.cycles.filter((c) => c.model === "churn" && c.evidence?.against === "champion");
  const oldest = judged.reduce((a, b) => a.number < b.number ? a : b);
  const { difference, championLoss } = oldest.evidence!;
  assert.deepEqual(first.split(",").slice(0, 4).map(String), [
    String(oldest.number),
    oldest.asOf,
    String(oldest.outcome),
    String(difference.mean / championLoss),
  ]);
});

Deno.test("a zoomed chart shows fewer marks, keeps the rest of the address, and leads back to all of it", async () => {
  const dots = (document: Document) => document.querySelectorAll("#replay-churn .wide circle").length;
  const whole = await open("/");
  const { domain } = JSON.parse(whole.querySelector("#replay-churn .wide")!.getAttribute("data-x")!);
  const half = zoomHref(new URL("http://localhost/?a=b"), "replay-churn", [
    domain[0],
    (domain[0] + domain[1]) / 2,
  ]);
  assert.match(half, /^\/\?a=b&zoom=replay-churn%7E\d+%7E\d+#replay-churn$/);
  const zoomed = await open(half.split("#")[0]);
  assert.equal(dots(zoomed), dots(whole)); // those beyond the frame are clipped, not left out
  assert.ok(zoomed.querySelector("#replay-churn .wide clipPath, #replay-churn .wide clippath"));
  const names = [...zoomed.querySelectorAll("#replay-churn [data-zoom]")].map((a) => a.textContent);
  assert.deepEqual(names, ["Zoom in", "Later", "Whole range"]);
  const back = zoomed.querySelector('#replay-churn [data-zoom="Whole range"]')!.getAttribute("href");
  assert.equal(back, "/?a=b#replay-churn");
  assert.ok(!zoomed.querySelector("#replay-spending [data-zoom='Whole range']"));
  assert.ok(await open(`/cycles/${ended.id}?zoom=nothing~1~0`));
});

Deno.test("zoomOf() takes no range that makes no sense", () => {
  const of = (text: string) => zoomOf(new URL(`http://x/?zoom=${text}`), "a");
  assert.deepEqual(of("a~1~2"), [1, 2]);
  for (const text of ["a~2~1", "a~x~2", "b~1~2", "a", "a~1~Infinity"]) assert.equal(of(text), null, text);
});

Deno.test("zoomSteps() never leads beyond the whole", () => {
  const to = (now: [number, number]) =>
    Object.fromEntries(zoomSteps([0, 100], now).map(({ name, to }) => [name, to]));
  assert.deepEqual(to([40, 60]), {
    "Zoom in": [45, 55],
    "Earlier": [30, 50],
    "Later": [50, 70],
    "Whole range": null,
  });
  assert.deepEqual(to([95, 100])["Earlier"], [92.5, 97.5]);
  assert.deepEqual(to([5, 25])["Earlier"], [0, 20]);
  assert.deepEqual(Object.keys(to([0, 20])), ["Zoom in", "Later", "Whole range"]);
});

Deno.test("nearest() prefers what holds the point, and of that the smaller", () => {
  const box = (left: number, right: number, top: number, bottom: number) => ({ left, right, top, bottom });
  const boxes = [box(10, 11, 0, 100), box(8, 12, 48, 52), box(60, 64, 48, 52)];
  assert.equal(nearest(boxes, 10, 50), 1);
  assert.equal(nearest(boxes, 10.5, 10), 0);
  assert.equal(nearest(boxes, 50, 50), 2);
  assert.equal(nearest(boxes, 200, 50), -1);
});

Deno.test("stepped() stays within the marks, and leaves other keys alone", () => {
  assert.deepEqual(["ArrowRight", "ArrowLeft", "Home", "End", "a"].map((key) => stepped(key, 2, 3)), [
    2,
    1,
    0,
    2,
    null,
  ]);
});

Deno.test("dragged() turns pixels into values, either way round, and takes a click for no drag", () => {
  const axis = { domain: [0, 100], pixels: [50, 250] } as const;
  assert.deepEqual(dragged(axis, 150, 100), [25, 50]);
  assert.deepEqual(dragged(axis, 0, 100), [0, 25]);
  assert.equal(dragged(axis, 100, 104), null);
});
