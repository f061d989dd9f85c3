import { defineChannel } from "perennial";

const WITHIN_MS = 10_000;

/** Posts each alert as one line to a chat room, whose address stands in CHAT_URL. */
export default defineChannel({
  name: "chat",
  sends: "posts its title to the address in CHAT_URL",
  async send({ event, body: { severity, title } }) {
    const url = Deno.env.get("CHAT_URL");
    if (url === undefined) throw new Error("Cannot post to the chat: CHAT_URL is not set");
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text: `${event}, ${severity}: ${title}` }),
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`The chat answered ${answer.status}`); // tried again, with growing pauses
  },
});
