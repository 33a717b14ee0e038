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

    /// @dev Has each line carry on the total of its account in its shard, as the stream does.
    function carryTotals(Charge[] memory charges) internal pure {
        for (uint256 i; i < charges.length; ++i) {
            uint256[] memory lines = charges[i].receipt.credits;
            for (uint256 j; j < lines.length; ++j) {
                uint256 beforeNano = earnedBefore(charges, i, j);
                lines[j] = beforeNano << 96 | uint96(lines[j]);
            }
        }
    }

    function earnedBefore(Charge[] memory charges, uint256 charge, uint256 line)
        private
        pure
        returns (uint256 beforeNano)
    {
        uint256[] memory lines = charges[charge].receipt.credits;
        uint256 account = uint32(lines[line] >> 64);
        for (uint256 i; i <= charge; ++i) {
            if (charges[i].receipt.shard != charges[charge].receipt.shard) continue;
            beforeNano += creditOf(charges[i], account, i == charge ? line : charges[i].receipt.credits.length);
        }
    }

    /// @param lines so many of the leaf's first
    function creditOf(Charge memory charge, uint256 account, uint256 lines) private pure returns (uint256 amountNano) {
        for (uint256 i; i < lines; ++i) {
            uint256 line = charge.receipt.credits[i];
            if (uint32(line >> 64) == account) amountNano += uint64(line);
        }
    }

    /// What all leaves credit `account`.
    function earnedOf(Charge[] memory charges, uint32 account) internal pure returns (uint256 amountNano) {
        for (uint256 i; i < charges.length; ++i) {
            amountNano += creditOf(charges[i], account, charges[i].receipt.credits.length);
        }
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
        shown.chunkHashes = chunkHashes(settled.words.debitSlots, settled.words.debits);
        shown.creditsHash = Epochs.hashOf(settled.words.creditSlots, settled.words.credits);
        shown.releasesHash = keccak256(abi.encodePacked(settled.releases));
    }

    /// @dev Of an account that the part does not credit, the gap where its slot would be.
    function creditStatement(Book memory book, uint256 part, uint32 account)
        internal
        pure
        returns (ITribunalTypes.CreditStatement memory shown)
    {
        Epochs.Epoch memory settled = book.parts[part];
        uint256[] memory slots = settled.words.creditSlots;
        uint256[] memory amounts = settled.words.credits;
        shown.header = settled.header;
        shown.chunkHashes = chunkHashes(slots, amounts);
        shown.debitsHash = Epochs.hashOf(settled.words.debitSlots, settled.words.debits);
        shown.releasesHash = keccak256(abi.encodePacked(settled.releases));
        uint256 word;
        while (word < amounts.length && slotAt(slots, word) < account / 4) ++word;
        bool isGap = word == amounts.length || slotAt(slots, word) != account / 4;
        uint256 from = (isGap && word != 0 ? word - 1 : word) / 64;
        uint256 to = word / 64 + 1;
        shown.chunk = uint32(from);
        shown.place = uint32(word - 64 * from);
        (shown.slots, shown.amounts) =
        (cut(slots, 8 * from, 8 * (to - from)), cut(amounts, 64 * from, 64 * (to - from)));
    }

    function chunkHashes(uint256[] memory slots, uint256[] memory amounts)
        private
        pure
        returns (bytes32[] memory hashes)
    {
        hashes = new bytes32[]((amounts.length + 63) / 64);
        for (uint256 i; i < hashes.length; ++i) {
            (uint256[] memory someSlots, uint256[] memory someAmounts) = chunk(slots, amounts, i);
            hashes[i] = keccak256(abi.encodePacked(someSlots, someAmounts));
        }
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
        if (from > all.length) from = all.length;
        uint256 count = all.length - from < most ? all.length - from : most;
        some = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            some[i] = all[from + i];
        }
    }
}
