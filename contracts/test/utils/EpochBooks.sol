// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITribunalTypes} from "../../src/interfaces/ITribunal.sol";
import {Epochs} from "./Epochs.sol";
import {ReceiptTrees} from "./ReceiptTrees.sol";

/// @title What a settler knows of a settled epoch: its tree and its words, for proofs and for answers.
library EpochBooks {
    /// @param charges as they lie in the tree, by shard and index
    /// @param tree every level of nodes, the leaves first, each with places for empty ones
    /// @param parts what was settled, in order
    struct Book {
        Charge[] charges;
        ReceiptTrees.Node[][] tree;
        uint256 shardLevels;
        Epochs.Epoch[] parts;
    }

    /// One leaf and what is behind it.
    struct Charge {
        ITribunalTypes.Receipt receipt;
        ITribunalTypes.Evidence evidence;
    }

    /// @param leaves in the order of the charges
    function treeOf(Charge[] memory charges, bytes32[] memory leaves, uint256 shardLevels, uint256 shardDepth)
        internal
        pure
        returns (ReceiptTrees.Node[][] memory tree)
    {
        tree = new ReceiptTrees.Node[][](shardLevels + shardDepth + 1);
        tree[0] = new ReceiptTrees.Node[](2 ** (shardLevels + shardDepth));
        for (uint256 i; i < charges.length; ++i) {
            ITribunalTypes.Receipt memory receipt = charges[i].receipt;
            tree[0][positionIn(tree[0].length, shardLevels, receipt.shard, receipt.index)] =
                ReceiptTrees.Node(leaves[i], charges[i].receipt.debitNano);
        }
        for (uint256 level = 1; level < tree.length; ++level) {
            tree[level] = ReceiptTrees.above(tree[level - 1]);
        }
    }

    function root(Book memory book) internal pure returns (ReceiptTrees.Node memory) {
        return book.tree[book.tree.length - 1][0];
    }

    function path(Book memory book, uint256 shard, uint256 index)
        internal
        pure
        returns (bytes32[] memory siblings, uint64[] memory sumsNano)
    {
        uint256 position = positionIn(book.tree[0].length, book.shardLevels, shard, index);
        siblings = new bytes32[](book.tree.length - 1);
        sumsNano = new uint64[](siblings.length);
        for (uint256 level; level < siblings.length; ++level) {
            ReceiptTrees.Node memory sibling = book.tree[level][(position >> level) ^ 1];
            siblings[level] = sibling.hash;
            sumsNano[level] = sibling.sumNano;
        }
    }

    /// @dev Of what a leaf says the bits that the tree has: one that says more lies somewhere too.
    function positionIn(uint256 places, uint256 shardLevels, uint256 shard, uint256 index)
        private
        pure
        returns (uint256)
    {
        return (shard << shardLevels | index % 2 ** shardLevels) % places;
    }

    /// @param i number of the charge
    function leaf(Book memory book, uint256 i) internal pure returns (ITribunalTypes.Leaf memory shown) {
        shown.receipt = book.charges[i].receipt;
        (shown.siblings, shown.sumsNano) = path(book, shown.receipt.shard, shown.receipt.index);
    }

    /// @dev Of an account that the part does not debit, what lies where its slot would: a statement that cannot be opened.
    function statement(Book memory book, uint256 part, uint32 account)
        internal
        pure
        returns (ITribunalTypes.Statement memory shown)
    {
        Epochs.Epoch memory settled = book.parts[part];
        shown.header = settled.header;
        shown.account = account;
        uint256 word;
        while (word + 1 < settled.words.debits.length && slotAt(settled.words.debitSlots, word) < account / 4) ++word;
        shown.chunk = uint32(word / 64);
        shown.place = uint32(word % 64);
        (shown.slots, shown.amounts) = chunk(settled.words.debitSlots, settled.words.debits, shown.chunk);
        shown.chunkHashes = new bytes32[]((settled.words.debits.length + 63) / 64);
        for (uint256 i; i < shown.chunkHashes.length; ++i) {
            (uint256[] memory slots, uint256[] memory amounts) =
                chunk(settled.words.debitSlots, settled.words.debits, i);
            shown.chunkHashes[i] = keccak256(abi.encodePacked(slots, amounts));
        }
        shown.creditsHash = Epochs.hashOf(settled.words.creditSlots, settled.words.credits);
        shown.releasesHash = keccak256(abi.encodePacked(settled.releases));
    }

    function slotAt(uint256[] memory slots, uint256 word) private pure returns (uint256) {
        return uint32(slots[word / 8] >> (32 * (word % 8)));
    }

    function chunk(uint256[] memory slots, uint256[] memory amounts, uint256 number)
        private
        pure
        returns (uint256[] memory someSlots, uint256[] memory someAmounts)
    {
        return (cut(slots, number * 8, 8), cut(amounts, number * 64, 64));
    }

    function cut(uint256[] memory all, uint256 from, uint256 most) private pure returns (uint256[] memory some) {
        uint256 count = all.length - from < most ? all.length - from : most;
        some = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            some[i] = all[from + i];
        }
    }
}
