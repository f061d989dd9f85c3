import { type Channel, lineOf } from "./channel.ts";
import { alertUrl, type ChatOptions } from "./chat.ts";
import { postJson } from "./post.ts";

/** Posts each delivery, as an adaptive card, to a workflow of Microsoft Teams that takes webhook requests. */
export const teamsChannel = ({ site, ...receiver }: ChatOptions): Channel => ({
  name: "teams",
  async send(delivery) {
    const url = alertUrl(site);
    const content = {
      type: "AdaptiveCard",
      version: "1.4",
      body: [{ type: "RichTextBlock", inlines: [{ type: "TextRun", text: lineOf(delivery) }] }], // no markup is read in it
      ...url === null ? {} : { actions: [{ type: "Action.OpenUrl", title: "Open the alerts", url }] },
    };
    const attachment = { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content };
    const body = JSON.stringify({ type: "message", attachments: [attachment] });
    await postJson(receiver, { body, attempts: delivery.attempts });
  },
});
