import { shareText } from "./numbers.ts";

/** "version 7 is shown to 25 % of shoppers; paused", for every face that says how far a rollout is. */
export function shownText(
  { version, share, strategy, paused }: {
    version: number | string;
    share: number;
    strategy: string;
    paused: unknown;
  },
): string {
  const shown = strategy === "shadow"
    ? `${version} runs as a shadow, shown to nobody`
    : `${version} is shown to ${shareText(share)} of shoppers`;
  return paused ? `${shown}; paused` : shown;
}
