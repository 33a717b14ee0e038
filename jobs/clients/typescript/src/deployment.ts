import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { KafkaConfig } from "kafkajs";

/** Where an engine is reached, and the contracts that its signatures are bound to. */
export interface Deployment {
  /** Kafka, host:port. */
  readonly brokers: readonly string[];
  /** How to log in there, in kafkajs' words; nothing if the brokers ask for no TLS and no login. */
  readonly kafka?: Pick<KafkaConfig, "ssl" | "sasl">;
  /** JSON-RPC of a node of the L2: yours, if you are to trust nobody. */
  readonly rpcUrl: string;
  /** EIP-155. */
  readonly chainId: number;
  /** SettlementVault. */
  readonly vault: string;
  /** Id of the model that is asked unless a request names another. */
  readonly model: string;
}

/** The part that says where the records are. */
export type KafkaAccess = Pick<Deployment, "brokers" | "kafka">;

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
