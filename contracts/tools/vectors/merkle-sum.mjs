// Vectors for the Merkle-sum tree: per shard a perfect tree padded right with empty nodes, as deep as the deepest shard's,
// and one tree over the shards.
import { concat, id, keccak256, toBeHex } from "ethers";

const EMPTY = { hash: "0x" + "00".repeat(32), sumNano: 0n };

function parent(left, right) {
  if (left.hash === EMPTY.hash && right.hash === EMPTY.hash) return EMPTY;
  const preimage = concat(["0x01", left.hash, toBeHex(left.sumNano, 8), right.hash, toBeHex(right.sumNano, 8)]);
  return { hash: keccak256(preimage), sumNano: left.sumNano + right.sumNano };
}

const depthOf = (leaves) => (leaves.length < 2 ? 0 : Math.ceil(Math.log2(leaves.length)));

/** Levels from the leaves to the root, the lowest padded to a power of two. */
function levelsOf(leaves, depth = depthOf(leaves)) {
  const width = 2 ** depth;
  const levels = [[...leaves, ...Array(width - leaves.length).fill(EMPTY)]];
  while (levels.at(-1).length > 1) {
    const below = levels.at(-1);
    levels.push(below.filter((_, i) => i % 2 === 0).map((left, i) => parent(left, below[2 * i + 1])));
  }
  return levels;
}

function siblingsOf(levels, index) {
  return levels.slice(0, -1).map((level, depth) => level[(index >> depth) ^ 1]);
}

function printed({ hash, sumNano }) {
  return { hash, sumNano: String(sumNano) };
}

function tree(name, shardDepth, sumsByShard, proved) {
  const leaves = sumsByShard.map((sums, shard) =>
    sums.map((sum, index) => ({ hash: id(`${name}: leaf ${shard}/${index}`), sumNano: BigInt(sum) })),
  );
  const depth = Math.max(...leaves.map(depthOf));
  const subtrees = leaves.map((shard) => levelsOf(shard, depth));
  const top = levelsOf(subtrees.map((levels) => levels.at(-1)[0]));
  const root = top.at(-1)[0];
  return {
    name,
    shardDepth: String(shardDepth),
    levels: String(shardDepth + depth),
    shards: leaves.map((shard) => ({ leaves: shard.map(printed) })),
    shardRoots: leaves.map((shard) => printed(levelsOf(shard).at(-1)[0])),
    root: root.hash,
    sumNano: String(root.sumNano),
    proofs: proved.map(([shard, index]) => {
      const path = [...siblingsOf(subtrees[shard], index), ...siblingsOf(top, shard)];
      return {
        shard: String(shard),
        index: String(index),
        leafHash: leaves[shard][index].hash,
        leafSumNano: String(leaves[shard][index].sumNano),
        siblings: path.map((node) => node.hash),
        sumsNano: path.map((node) => String(node.sumNano)),
      };
    }),
  };
}

export function merkleSums() {
  const sixteen = Array.from({ length: 16 }, (_, shard) => Array.from({ length: shard }, (_, i) => 1000 * shard + i));
  return {
    cases: [
      tree("no receipt at all", 2, [[], [], [], []], []),
      tree("one leaf in one shard, no top tree", 0, [["240"]], [[0, 0]]),
      tree("three leaves in one shard, no top tree", 0, [["1", "2", "3"]], [[0, 0], [0, 1], [0, 2]]),
      tree("one leaf, other shards empty", 2, [[], [], ["7"], []], [[2, 0]]),
      tree("shards of different depth", 1, [["5", "0", "9"], ["11"]], [[0, 0], [0, 1], [0, 2], [1, 0]]),
      tree("charges of zero only", 1, [["0", "0"], ["0"]], [[0, 1], [1, 0]]),
      tree("exactly a power of two, and one more", 1, [["1", "1", "1", "1"], ["2", "2", "2", "2", "2"]], [[0, 3], [1, 4]]),
      tree("largest sums", 1, [["9223372036854775800"], ["6", "1"]], [[0, 0], [1, 1]]),
      tree("sixteen shards, shard s with s leaves", 4, sixteen, [[1, 0], [3, 2], [8, 7], [13, 6], [15, 14]]),
    ],
  };
}
