import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { SumTree, depthOf, liesUnder, raised } from "../dist/merkle-sum.js";

const { cases } = JSON.parse(readFileSync("../../../contracts/test/vectors/merkle-sum.json", "utf8"));
const node = ({ hash, sumNano }) => ({ hash, sumNano: BigInt(sumNano) });

for (const it of cases) {
  const shardDepth = Number(it.shardDepth);
  const levels = Number(it.levels) - shardDepth;
  const shards = it.shards.map(({ leaves }) => new SumTree(leaves.map(node), levels));
  const root = { hash: it.root, sumNano: BigInt(it.sumNano) };

  test(`${it.name}: shards' roots, raised, join to the root`, () => {
    const roots = it.shardRoots.map((shard, i) => raised(node(shard), levels - depthOf(it.shards[i].leaves.length)));
    assert.deepEqual(roots, shards.map((shard) => shard.root));
    assert.deepEqual(new SumTree(roots, shardDepth).root, root);
  });

  test(`${it.name}: each proof is found, and holds for its leaf and place alone`, () => {
    const top = new SumTree(shards.map((shard) => shard.root), shardDepth);
    for (const proof of it.proofs) {
      const [shard, index] = [Number(proof.shard), Number(proof.index)];
      const siblings = [...shards[shard].siblings(index), ...top.siblings(shard)];
      assert.deepEqual(siblings, proof.siblings.map((hash, i) => ({ hash, sumNano: BigInt(proof.sumsNano[i]) })));
      const leaf = { hash: proof.leafHash, sumNano: BigInt(proof.leafSumNano) };
      const holds = (...changed) => liesUnder(...Object.values({ root, leaf, shard, index, shardDepth, siblings, ...Object.assign({}, ...changed) }));
      assert.equal(holds(), true);
      assert.equal(holds({ leaf: { ...leaf, sumNano: leaf.sumNano + 1n } }), false);
      assert.equal(holds({ index: index + 2 ** levels }), false, "a bit beyond the path");
      assert.equal(holds({ shard: shard + 2 ** shardDepth }), false, "a bit beyond the path");
      if (siblings.length > 0) {
        assert.equal(holds({ index: index ^ 1 }) && levels > 0, false, "another place");
        assert.equal(holds({ siblings: siblings.slice(1) }), false, "a level less");
        const claims = siblings.map((sibling, i) => (i === 0 ? { ...sibling, sumNano: sibling.sumNano + 1n } : sibling));
        assert.equal(holds({ siblings: claims }), false, "another sum");
      }
    }
  });
}

test("more leaves than the levels hold are refused", () => {
  assert.throws(() => new SumTree(Array(3).fill({ hash: `0x${"11".repeat(32)}`, sumNano: 1n }), 1), RangeError);
});
