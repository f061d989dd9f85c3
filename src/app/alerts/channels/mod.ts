import type { Log } from "../../../core/log.ts";
import type { Config } from "../../../config/environment.ts";
import { ChannelName } from "../../../alerts/alert.ts";
import type { Channel, Channels } from "./channel.ts";
import { emailChannel } from "./email.ts";
import { logChannel } from "./log.ts";
import { slackChannel } from "./slack.ts";
import { teamsChannel } from "./teams.ts";
import { webhookChannel } from "./webhook.ts";

export type { Channel, Channels } from "./channel.ts";
export { FinalDeliveryError } from "./channel.ts";

/**
 * The channels that the environment configures, by name, and the operator's own; the log is always there.
 * @throws {RangeError} two have the same name, or a name that is none
 */
export function createChannels(
  config: Config,
  log: Log,
  own: readonly Channel[] = [],
): Channels {
  const { PERENNIAL_WEBHOOK_URL: url, PERENNIAL_WEBHOOK_SECRET: secret } = config;
  const { PERENNIAL_SMTP_URL: smtp, PERENNIAL_ALERT_FROM: from, PERENNIAL_ALERT_TO: to } = config;
  const { PERENNIAL_SLACK_WEBHOOK_URL: slack, PERENNIAL_TEAMS_WEBHOOK_URL: teams } = config;
  const allowPrivate = config.PERENNIAL_WEBHOOK_ALLOW_PRIVATE;
  const site = config.PERENNIAL_PUBLIC_URL;
  const channels = [
    logChannel(log),
    ...url && secret ? [webhookChannel({ url, secret, allowPrivate })] : [],
    ...slack ? [slackChannel({ url: slack, allowPrivate, site })] : [],
    ...teams ? [teamsChannel({ url: teams, allowPrivate, site })] : [],
    ...smtp && from && to ? [emailChannel({ url: smtp, from, to })] : [],
  ];
  const byName = new Map(channels.map((channel) => [channel.name, channel]));
  for (const channel of own) {
    if (!ChannelName.safeParse(channel.name).success) {
      throw new RangeError(
        `Cannot name a channel "${channel.name}": need lower-case letters, digits, hyphens`,
      );
    }
    if (byName.has(channel.name)) throw new RangeError(`Cannot use two channels named "${channel.name}"`);
    byName.set(channel.name, channel);
  }
  const { PERENNIAL_SHOP: shop } = config;
  return shop === undefined
    ? byName
    : new Map([...byName].map(([name, channel]) => [name, namingShop(channel, shop)]));
}

/** A channel whose alerts say first which of several shops they are about. */
const namingShop = (channel: Channel, shop: string): Channel => ({
  name: channel.name,
  send: ({ body, ...delivery }) =>
    channel.send({ ...delivery, body: { ...body, title: `Shop ${shop}: ${body.title}` } }),
});
