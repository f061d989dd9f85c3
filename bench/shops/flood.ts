/** A program: sends batches of events to an API, as many at a time as it is told, until its standard input ends. */
const [url, key, batchText, atOnceText] = Deno.args;
const [batch, atOnce] = [Number(batchText), Number(atOnceText)];

const counts = { accepted: 0, refused: 0 };
let isOver = false;

async function send(sender: number): Promise<void> {
  for (let i = 0; !isOver; i++) {
    const time = new Date(Date.now() - 1_000).toISOString();
    const events = Array.from({ length: batch }, (_, n) => ({
      id: `${Deno.pid}-${sender}-${i}-${n}`,
      type: "view",
      user: `u${(i * batch + n) % 5_000}`,
      product: `p${n}`,
      time,
    }));
    const answer = await fetch(`${url}/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(events),
    });
    await answer.body?.cancel();
    if (answer.ok) counts.accepted += batch;
    else counts.refused += batch;
  }
}

const senders = Array.from({ length: atOnce }, (_, sender) => send(sender));
await new Response(Deno.stdin.readable).text();
isOver = true;
await Promise.all(senders);
console.log(JSON.stringify(counts));
