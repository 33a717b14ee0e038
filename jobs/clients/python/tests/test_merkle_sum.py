from __future__ import annotations

import unittest
from typing import Any

from shared import vectors

from millrace.ethereum import unhex
from millrace.merkle_sum import SumNode, SumTree, depth_of, lies_under, raised


def node(of: dict[str, str]) -> SumNode:
    return SumNode(unhex(of["hash"]), int(of["sumNano"]))


class Case:
    def __init__(self, case: dict[str, Any]) -> None:
        self.shard_depth = int(case["shardDepth"])
        self.levels = int(case["levels"]) - self.shard_depth
        self.leaves = [[node(leaf) for leaf in shard["leaves"]] for shard in case["shards"]]
        self.shards = [SumTree(leaves, self.levels) for leaves in self.leaves]
        self.top = SumTree([shard.root for shard in self.shards], self.shard_depth)
        self.root = SumNode(unhex(case["root"]), int(case["sumNano"]))


class MerkleSumTest(unittest.TestCase):
    def test_roots_of_shards_raised_join_to_the_root(self) -> None:
        for vector in vectors("merkle-sum")["cases"]:
            with self.subTest(vector["name"]):
                case = Case(vector)
                roots = [
                    raised(node(root), case.levels - depth_of(len(leaves)))
                    for root, leaves in zip(vector["shardRoots"], case.leaves)
                ]
                self.assertEqual([shard.root for shard in case.shards], roots)
                self.assertEqual(case.root, case.top.root)

    def test_each_proof_is_found_and_holds_for_its_leaf_and_place_alone(self) -> None:
        for vector in vectors("merkle-sum")["cases"]:
            for proof in vector["proofs"]:
                with self.subTest(vector["name"], shard=proof["shard"], index=proof["index"]):
                    self.check(Case(vector), proof)

    def check(self, case: Case, proof: dict[str, Any]) -> None:
        shard, index = int(proof["shard"]), int(proof["index"])
        siblings = case.shards[shard].siblings(index) + case.top.siblings(shard)
        expected = [SumNode(unhex(sibling), int(nano)) for sibling, nano in zip(proof["siblings"], proof["sumsNano"])]
        self.assertEqual(expected, siblings)
        leaf = SumNode(unhex(proof["leafHash"]), int(proof["leafSumNano"]))

        def holds(**changed: Any) -> bool:
            place: dict[str, Any] = {"leaf": leaf, "shard": shard, "index": index, "siblings": siblings} | changed
            return lies_under(root=case.root, shard_depth=case.shard_depth, **place)

        self.assertTrue(holds())
        self.assertFalse(holds(leaf=leaf._replace(sum_nano=leaf.sum_nano + 1)))
        self.assertFalse(holds(index=index + 2**case.levels), "a bit beyond the path")
        self.assertFalse(holds(index=index - 2**case.levels), "a negative one")
        self.assertFalse(holds(shard=shard + 2**case.shard_depth), "a bit beyond the path")
        if siblings:
            self.assertFalse(case.levels > 0 and holds(index=index ^ 1), "another place")
            self.assertFalse(holds(siblings=siblings[1:]), "a level less")
            first = siblings[0]
            self.assertFalse(holds(siblings=[first._replace(sum_nano=first.sum_nano + 1), *siblings[1:]]), "another sum")
            self.assertFalse(holds(siblings=[first._replace(sum_nano=2**64), *siblings[1:]]), "a sum beyond 64 bits")
            self.assertFalse(holds(siblings=[first._replace(hash=first.hash[1:]), *siblings[1:]]), "no hash")

    def test_more_leaves_than_the_levels_hold_are_refused(self) -> None:
        with self.assertRaises(ValueError):
            SumTree([SumNode(b"\x11" * 32, 1)] * 3, 1)
