// The vault, as a requester needs it.
import { Contract, JsonRpcProvider, type Signer } from "ethers";
import type { ReceiptProof } from "./receipts.js";
import { type HeaderStruct } from "./typed-data.js";

const RECEIPT =
  "(bytes32 requestId, uint32 requesterAccount, uint64 sequence, uint32 providerAccount, bytes32 model, uint64 units," +
  " uint64 priceNanoPerMillion, uint32 priceVersion, uint64 debitNano, uint256[] credits, bytes32 outcome, bytes32 allocation," +
  " uint64 admittedMillis, uint32 shard, uint32 index)";
const HEADER =
  "(bytes32 previousHeader, uint64 epoch, uint32 part, uint32 parts, bytes32 receiptsRoot, uint64 receiptsSumNano," +
  " uint64 receiptsCount, uint8 levels, uint64 partSumNano, bytes32 wordsHash, bytes32 cutDigest, uint64 l2Block)";

const VAULT = [
  "function deposit(uint256 amountToken) returns (uint32 account, uint64 amountNano)",
  "function requestWithdrawal(uint64 amountNano) returns (uint32 request)",
  "function cancelRequest() returns (uint32 request, uint64 amountNano)",
  "function takeReleased(address to) returns (uint64 amountNano)",
  "function spendingAccountOf(address owner) view returns (uint32)",
  "function spendingBalanceOf(uint32 account) view returns (uint64)",
  "function spendingAccount(uint32 account) view returns (address owner, uint32 lastRequest, uint64 openRequestNano, uint64 releasedNano, uint64 requestedAt)",
  "function earningOwnerOf(uint32 account) view returns (address)",
  "function headerOf(uint64 epoch, uint32 part) view returns (bytes32)",
  "function TRIBUNAL() view returns (address)",
  "function token() view returns (address)",
  "function SCALE() view returns (uint64)",
  "function SHARD_DEPTH() view returns (uint8)",
  `function verifyReceipt(uint64 epoch, ${RECEIPT} receipt, (${HEADER} header, bytes32[] siblings, uint64[] sumsNano) proof) view returns (bool)`,
];
const TRIBUNAL = ["function PROVIDERS() view returns (address)"];
const PROVIDERS = ["function signsUntil(uint32 account, address key) view returns (uint64)"];
const TOKEN = ["function approve(address spender, uint256 amount) returns (bool)"];

const POLL_MILLIS = 500;
/** Longer than a block of an L2 takes to be final, or an epoch to be cut and settled. */
const CHAIN_MILLIS = 3_600_000;

/** Amounts are nano-USD, 10^-9 of a dollar. */
export class Vault {
  readonly #contract: Contract;
  #providers: Contract | undefined;

  constructor(readonly address: string, private readonly node: JsonRpcProvider, private readonly signer: Signer) {
    this.#contract = new Contract(address, VAULT, signer);
  }

  /** Moves tokens of the signer into the vault. Returns once the block is final: from then on the engine may hear of it. */
  async deposit(amountNano: bigint): Promise<void> {
    const token = new Contract(await this.#read("token"), TOKEN, this.signer);
    const amount = await this.#inToken(amountNano);
    await (await token.getFunction("approve")(this.address, amount)).wait();
    const { blockNumber } = await (await this.#contract.getFunction("deposit")(amount)).wait();
    await until(`that block ${blockNumber} with the deposit is final, it is mined and balance() tells of it,`, async () =>
      ((await this.node.getBlock("finalized"))?.number ?? 0) >= blockNumber);
  }

  /** What is neither spent nor released of what `owner` has deposited; 0 without an account. */
  async balance(owner: string): Promise<bigint> {
    const account: bigint = await this.#read("spendingAccountOf", owner);
    return account === 0n ? 0n : this.#read("spendingBalanceOf", account);
  }

  /** Asks for money back. Epochs release it as far as charges and requests in flight do not need it; one request at a time. */
  async requestWithdrawal(amountNano: bigint): Promise<void> {
    await (await this.#contract.getFunction("requestWithdrawal")(amountNano)).wait();
  }

  /**
   * Takes back what is open of `owner`'s request, so that it can be spent again.
   *
   * @returns how much that was, 0 if nothing was open
   */
  async cancelRequest(owner: string): Promise<bigint> {
    const { openRequestNano } = await this.#account(owner);
    if (openRequestNano === 0n) return 0n;
    try {
      await (await this.#contract.getFunction("cancelRequest")()).wait();
      return openRequestNano;
    } catch (error) {
      if ((await this.#account(owner)).openRequestNano > 0n) throw error;
      return 0n; // an epoch has released it meanwhile
    }
  }

  /**
   * Asks for money back, waits until an epoch releases of it, takes that and cancels the rest: what charges and requests in
   * flight need stays.
   *
   * @returns what came, nano-USD
   */
  async withdraw(owner: string, amountNano: bigint): Promise<bigint> {
    await this.requestWithdrawal(amountNano);
    let released = 0n;
    await until("that an epoch releases the withdrawal, which stays asked for until cancelRequest(),", async () => {
      const account = await this.#account(owner);
      released = account.releasedNano;
      return account.openRequestNano < amountNano;
    });
    const whole = released - (released % (await this.#scale()));
    if (whole > 0n) await (await this.#contract.getFunction("takeReleased")(owner)).wait();
    await this.cancelRequest(owner);
    return whole;
  }

  /** EIP-712 digest of the header that was settled, zero if none was. */
  headerOf({ epoch, part }: HeaderStruct): Promise<string> {
    return this.#read("headerOf", epoch, part);
  }

  /** Whether the vault itself finds the charge in its epoch. */
  verifyReceipt({ epoch, receipt, header, siblings }: ReceiptProof): Promise<boolean> {
    return this.#read("verifyReceipt", epoch, receipt, {
      header,
      siblings: siblings.map(({ hash }) => hash),
      sumsNano: siblings.map(({ sumNano }) => sumNano),
    });
  }

  /** Who owns an earning account. */
  earningOwnerOf(account: number | bigint): Promise<string> {
    return this.#read("earningOwnerOf", account);
  }

  /**
   * The key answers for requests to an earning account that were admitted before this, unix seconds; 2^64 - 1 of the key in force,
   * 0 of one that never was. What the registry of providers says that the vault's tribunal names.
   */
  async signsUntil(account: number | bigint, key: string): Promise<bigint> {
    this.#providers ??= await this.#readProviders(); // neither link can change
    return this.#providers.getFunction("signsUntil").staticCall(account, key);
  }

  async #readProviders(): Promise<Contract> {
    const tribunal = new Contract(await this.#read("TRIBUNAL"), TRIBUNAL, this.signer);
    return new Contract(await tribunal.getFunction("PROVIDERS").staticCall(), PROVIDERS, this.signer);
  }

  async shardDepth(): Promise<number> {
    return Number(await this.#read("SHARD_DEPTH"));
  }

  async #inToken(amountNano: bigint): Promise<bigint> {
    const scale = await this.#scale();
    if (amountNano <= 0n || amountNano % scale !== 0n) {
      throw new RangeError(`${amountNano} nano-USD is no whole amount of the token: give a multiple of ${scale}`);
    }
    return amountNano / scale;
  }

  async #account(owner: string): Promise<{ openRequestNano: bigint; releasedNano: bigint }> {
    return this.#read("spendingAccount", await this.#read("spendingAccountOf", owner));
  }

  /** Nano-USD to a unit of the token. */
  #scale(): Promise<bigint> {
    return this.#read("SCALE");
  }

  #read(name: string, ...values: unknown[]) {
    return this.#contract.getFunction(name).staticCall(...values);
  }
}

/** @param what is waited for, and what holds if it does not come */
async function until(what: string, met: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + CHAIN_MILLIS;
  while (!(await met())) {
    if (Date.now() > end) throw new Error(`${what} was waited for ${CHAIN_MILLIS / 60_000} minutes in vain`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
  }
}
