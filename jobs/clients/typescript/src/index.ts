export { type Answer, type AskOptions, MillraceClient } from "./client.js";
export { type Deployment, readStack } from "./deployment.js";
export { NoAnswerYet, NotSent, RequestRefused, RequestUnanswered } from "./errors.js";
export { type SumNode } from "./merkle-sum.js";
export { type ReceiptProof } from "./receipts.js";
export type { Epoch, Receipt, Rejection, Result } from "./records.js";
export { Vault } from "./vault.js";
