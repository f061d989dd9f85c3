/** The roles of keys: each may all that those before it may. */
export const ROLES = ["viewer", "operator", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** Descriptions of the roles. */
export const ROLE_WORDS: Readonly<Record<Role, string>> = {
  viewer: "reads",
  operator: "also sends events, asks for predictions, runs retraining and decides what serves",
  admin: "also changes the configuration and the keys",
};

/** Whether who has `role` may do what takes `needed`. */
export const allows = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);

/** `a viewer`, `an admin` */
export const aRole = (role: Role): string => `${/^[aeo]/.test(role) ? "an" : "a"} ${role}`;
