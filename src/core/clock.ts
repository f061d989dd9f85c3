/** Says what time it is, in ms since the epoch. Domain code takes one as an argument. */
export type Clock = () => number;

/** The machine's own clock: the only place that reads it. */
export const systemClock: Clock = () => Date.now();
