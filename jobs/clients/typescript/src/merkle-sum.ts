// The tree over an epoch's receipts: every node carries the sum of what lies below it.
import { ZeroHash, concat, keccak256, toBeHex } from "ethers";

/** A node; the hash is zero where nothing lies below. */
export interface SumNode {
  readonly hash: string;
  readonly sumNano: bigint;
}

export const EMPTY: SumNode = { hash: ZeroHash, sumNano: 0n };

const NODE = "0x01";

function join(left: SumNode, right: SumNode): SumNode {
  if (left.hash === ZeroHash && right.hash === ZeroHash) return EMPTY;
  const text = concat([NODE, left.hash, toBeHex(left.sumNano, 8), right.hash, toBeHex(right.sumNano, 8)]);
  return { hash: keccak256(text), sumNano: left.sumNano + right.sumNano };
}

/** A perfect tree of `depth` levels over `leaves`, filled up on the right with empty nodes. */
export class SumTree {
  readonly #levels: SumNode[][];
  readonly #depth: number;

  constructor(leaves: readonly SumNode[], depth: number) {
    if (leaves.length > 2 ** depth) throw new RangeError(`${leaves.length} leaves do not fit ${depth} levels`);
    this.#depth = depth;
    this.#levels = [[...leaves]];
    for (let level = 0; level < depth; level++) {
      const below = this.#levels[level]!;
      const above: SumNode[] = [];
      for (let i = 0; i < below.length; i += 2) above.push(join(below[i]!, below[i + 1] ?? EMPTY));
      this.#levels.push(above);
    }
  }

  get root(): SumNode {
    return this.#levels[this.#depth]![0] ?? EMPTY;
  }

  /** Of the path from a leaf to the root, bottom-up. */
  siblings(index: number): SumNode[] {
    return this.#levels.slice(0, -1).map((level, depth) => level[(index >> depth) ^ 1] ?? EMPTY);
  }
}

/** As few levels as hold `leaves`. */
export const depthOf = (leaves: number): number => (leaves < 2 ? 0 : 32 - Math.clz32(leaves - 1));

/** The same node as the leftmost of a tree of more levels. */
export function raised(node: SumNode, levels: number): SumNode {
  let above = node;
  for (let level = 0; level < levels; level++) above = join(above, EMPTY);
  return above;
}

/**
 * Whether a leaf lies at (`shard`, `index`) of the tree with that root. The bits of the path, lowest first, are those of the
 * index, then `shardDepth` bits of the shard.
 *
 * @param siblings bottom-up; whatever an adversary gives, the answer is only yes or no
 */
export function liesUnder(
  root: SumNode, leaf: SumNode, shard: number, index: number, shardDepth: number, siblings: readonly SumNode[],
): boolean {
  const shardLevels = siblings.length - shardDepth;
  if (shardLevels < 0) return false;
  let path = (BigInt(shard) << BigInt(shardLevels)) | BigInt(index);
  // every bit of index and shard is a turn of the path, so a leaf has one position only
  if (BigInt(index) >> BigInt(shardLevels) !== 0n || BigInt(shard) >> BigInt(shardDepth) !== 0n) return false;
  let node = leaf;
  for (const sibling of siblings) {
    if ((sibling.hash === ZeroHash && sibling.sumNano !== 0n) || sibling.sumNano < 0n) return false;
    if (node.sumNano + sibling.sumNano >= 2n ** 64n) return false;
    node = (path & 1n) === 0n ? join(node, sibling) : join(sibling, node);
    path >>= 1n;
  }
  return node.hash === root.hash && node.sumNano === root.sumNano;
}
