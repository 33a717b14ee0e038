import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where an engine is reached, and the contracts that its signatures are bound to. */
export interface Deployment {
  /** Kafka, host:port. */
  readonly brokers: readonly string[];
  /** JSON-RPC of a node of the L2: yours, if you are to trust nobody. */
  readonly rpcUrl: string;
  /** EIP-155. */
  readonly chainId: number;
  /** SettlementVault. */
  readonly vault: string;
  /** Id of the model that is asked unless a request names another. */
  readonly model: string;
}

/** The local stack that `millrace up --dir FOLDER` runs. */
export function readStack(folder: string): Deployment {
  const stack = JSON.parse(readFileSync(join(folder, "stack.json"), "utf8"));
  return {
    brokers: [stack.bootstrapServers],
    rpcUrl: stack.rpcUrl,
    chainId: stack.chainId,
    vault: stack.vault,
    model: stack.model,
  };
}
