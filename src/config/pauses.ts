/** How long a pause of a rollout is meant to last where nobody says, in hours. */
export const PAUSE_HOURS = 72;
/** The longest that may be asked for, in hours: two weeks. */
export const PAUSE_HOURS_MAX = 336;
