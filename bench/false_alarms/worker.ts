import { judge, type OursFound } from "./ours.ts";

/** Judges one folder of draws off the main thread. */

const scope = self as unknown as {
  postMessage(message: OursFound): void;
  onmessage: ((event: MessageEvent<string>) => void) | null;
};

scope.onmessage = ({ data: folder }) => scope.postMessage(judge(folder));
