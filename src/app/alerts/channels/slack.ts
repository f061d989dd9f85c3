import { type Channel, lineOf } from "./channel.ts";
import { alertUrl, type ChatOptions } from "./chat.ts";
import { postJson } from "./post.ts";

/** Posts each delivery to an incoming webhook of Slack. */
export const slackChannel = ({ site, ...receiver }: ChatOptions): Channel => ({
  name: "slack",
  async send(delivery) {
    const url = alertUrl(site);
    const link = url === null ? "" : ` <${url}|Open the alerts>`;
    const body = JSON.stringify({ text: `${escaped(lineOf(delivery))}${link}` });
    await postJson(receiver, { body, attempts: delivery.attempts });
  },
});

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Slack reads these three as markup of its own: a title could else mention everybody, or carry a link. */
const escaped = (text: string): string => text.replaceAll(/[&<>]/g, (char) => ESCAPES[char]);
