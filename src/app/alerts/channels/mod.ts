import type { Log } from "../../../core/log.ts";
import type { Config } from "../../../config/environment.ts";
import type { Channels } from "./channel.ts";
import { emailChannel } from "./email.ts";
import { logChannel } from "./log.ts";
import { webhookChannel } from "./webhook.ts";

export type { Channel, Channels } from "./channel.ts";
export { FinalDeliveryError } from "./channel.ts";

/** The channels that the environment configures, by name; the log is always there. */
export function createChannels(config: Config, log: Log): Channels {
  const { PERENNIAL_WEBHOOK_URL: url, PERENNIAL_WEBHOOK_SECRET: secret } = config;
  const { PERENNIAL_SMTP_URL: smtp, PERENNIAL_ALERT_FROM: from, PERENNIAL_ALERT_TO: to } = config;
  const channels = [
    logChannel(log),
    ...url && secret
      ? [webhookChannel({ url, secret, allowPrivate: config.PERENNIAL_WEBHOOK_ALLOW_PRIVATE })]
      : [],
    ...smtp && from && to ? [emailChannel({ url: smtp, from, to })] : [],
  ];
  return new Map(channels.map((channel) => [channel.name, channel]));
}
