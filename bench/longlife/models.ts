/** The label of churn, for blocks of outcomes. */
export { default as churn } from "../../src/models/churn.ts";
