"""The tree over an epoch's receipts: every node carries the sum of what lies below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .secp256k1 import keccak256


class SumNode(NamedTuple):
    """A node; the hash is 32 zeros where nothing lies below. The sum is nano-USD, below 2^64."""

    hash: bytes
    sum_nano: int


EMPTY = SumNode(bytes(32), 0)

_NODE = b"\x01"


def _join(left: SumNode, right: SumNode) -> SumNode:
    if left.hash == EMPTY.hash and right.hash == EMPTY.hash:
        return EMPTY
    text = _NODE + left.hash + left.sum_nano.to_bytes(8, "big") + right.hash + right.sum_nano.to_bytes(8, "big")
    return SumNode(keccak256(text), left.sum_nano + right.sum_nano)


class SumTree:
    """A perfect tree of `depth` levels over `leaves`, filled up on the right with empty nodes."""

    def __init__(self, leaves: Sequence[SumNode], depth: int) -> None:
        if len(leaves) > 2**depth:
            raise ValueError(f"{len(leaves)} leaves do not fit {depth} levels")
        self._levels = [list(leaves)]
        for _ in range(depth):
            below = self._levels[-1]
            padded = below + [EMPTY] * (len(below) % 2)
            self._levels.append([_join(*padded[i : i + 2]) for i in range(0, len(padded), 2)])

    @property
    def root(self) -> SumNode:
        return self._levels[-1][0] if self._levels[-1] else EMPTY

    def siblings(self, index: int) -> list[SumNode]:
        """Of the path from a leaf to the root, bottom-up."""
        places = [(level, index >> depth ^ 1) for depth, level in enumerate(self._levels[:-1])]
        return [level[place] if place < len(level) else EMPTY for level, place in places]


def depth_of(leaves: int) -> int:
    """As few levels as hold `leaves`."""
    return max(leaves - 1, 0).bit_length()


def raised(node: SumNode, levels: int) -> SumNode:
    """The same node as the leftmost of a tree of more levels."""
    for _ in range(levels):
        node = _join(node, EMPTY)
    return node


def lies_under(root: SumNode, leaf: SumNode, shard: int, index: int, shard_depth: int, siblings: Sequence[SumNode]) -> bool:
    """Whether a leaf lies at (`shard`, `index`) of the tree with that root.

    The bits of the path, lowest first, are those of the index, then `shard_depth` bits of the shard. `siblings` are bottom-up;
    whatever an adversary gives there, the answer is only yes or no.
    """
    shard_levels = len(siblings) - shard_depth
    if shard_levels < 0 or not 0 <= leaf.sum_nano < 2**64:
        return False
    # every bit of index and shard is a turn of the path, so a leaf has one position only
    if index >> shard_levels != 0 or shard >> shard_depth != 0:
        return False
    path = shard << shard_levels | index
    node = leaf
    for sibling in siblings:
        if len(sibling.hash) != 32 or sibling.sum_nano < 0 or (sibling.hash == EMPTY.hash and sibling.sum_nano != 0):
            return False
        if node.sum_nano + sibling.sum_nano >= 2**64:
            return False
        node = _join(sibling, node) if path & 1 else _join(node, sibling)
        path >>= 1
    return node == root
