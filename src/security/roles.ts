/** The roles of keys and of people. */
export const ROLES = ["viewer", "data-scientist", "operator", "privacy-officer", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Descriptions of the roles. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  "viewer": "reads",
  "data-scientist": "also replays history under other policies",
  "operator":
    "also does what a data scientist may, sends events, asks for predictions, runs retraining and decides what serves",
  "privacy-officer": "reads, and answers what persons ask about their data",
  "admin": "may everything: also changes the configuration and the keys",
};

/** The roles whose rights each has besides its own: no row, so that an operator decides nothing about persons' data. */
const INCLUDES: Readonly<Record<Role, readonly Role[]>> = {
  "viewer": [],
  "data-scientist": ["viewer"],
  "operator": ["viewer", "data-scientist"],
  "privacy-officer": ["viewer"],
  "admin": ["viewer", "data-scientist", "operator", "privacy-officer"],
};

/** Whether who has `role` may do what takes `needed`. */
export const allows = (role: Role, needed: Role): boolean =>
  role === needed || INCLUDES[role].includes(needed);

/** `a viewer`, `an admin` */
export const aRole = (role: Role): string => `${/^[aeo]/.test(role) ? "an" : "a"} ${role}`;
