// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {ITribunalTypes} from "../interfaces/ITribunal.sol";
import {MerkleSum} from "./MerkleSum.sol";
import {PackedWords} from "./PackedWords.sol";

/// @title What a settled header commits to: leaves at their positions, nothing at others, and what is
/// debited of an account or credited to it.
library EpochPaths {
    uint256 private constant CHUNK_WORDS = 64;

    /// @notice Whether the tree of `header`, which the vault has settled and so has the levels of the shards, has this position.
    function hasPosition(ITribunalTypes.EpochHeader calldata header, uint256 shardDepth, uint32 shard, uint32 index)
        internal
        pure
        returns (bool)
    {
        return index >> (header.levels - shardDepth) == 0 && shard >> shardDepth == 0;
    }

    /// @notice The path of a position that the tree has: every bit of index and shard is a turn.
    function pathOf(ITribunalTypes.EpochHeader calldata header, uint256 shardDepth, uint32 shard, uint32 index)
        internal
        pure
        returns (uint256)
    {
        return uint256(shard) << (header.levels - shardDepth) | index;
    }

    /// @notice Whether `leaf`, whose hash is `digest`, lies where it says.
    function isLeaf(
        ITribunalTypes.EpochHeader calldata header,
        uint256 shardDepth,
        ITribunalTypes.Leaf calldata leaf,
        bytes32 digest
    ) internal pure returns (bool) {
        ITribunalTypes.Receipt calldata receipt = leaf.receipt;
        if (leaf.siblings.length != header.levels) return false;
        if (!hasPosition(header, shardDepth, receipt.shard, receipt.index)) return false;
        return MerkleSum.verify({
            leaf: digest,
            leafSumNano: receipt.debitNano,
            path: pathOf(header, shardDepth, receipt.shard, receipt.index),
            siblings: leaf.siblings,
            sumsNano: leaf.sumsNano,
            root: header.receiptsRoot,
            rootSumNano: header.receiptsSumNano
        });
    }

    /// @notice Whether nothing lies at the end of `path`.
    function isEmpty(
        ITribunalTypes.EpochHeader calldata header,
        uint256 path,
        bytes32[] calldata siblings,
        uint64[] calldata sumsNano
    ) internal pure returns (bool) {
        if (siblings.length != header.levels || siblings.length != sumsNano.length) {
            return false;
        }
        uint256 empty = emptyBelow(siblings);
        for (uint256 level; level < empty; ++level) {
            if (sumsNano[level] != 0) return false;
        }
        return leadsUp(header, path >> empty, siblings[empty:], sumsNano[empty:]);
    }

    /// @dev As many levels as nothing is below, up to the first sibling that is something.
    function emptyBelow(bytes32[] calldata siblings) private pure returns (uint256 levels) {
        while (levels < siblings.length && siblings[levels] == 0) ++levels;
    }

    function leadsUp(
        ITribunalTypes.EpochHeader calldata header,
        uint256 path,
        bytes32[] calldata siblings,
        uint64[] calldata sumsNano
    ) private pure returns (bool) {
        return MerkleSum.verify({
            leaf: 0,
            leafSumNano: 0,
            path: path,
            siblings: siblings,
            sumsNano: sumsNano,
            root: header.receiptsRoot,
            rootSumNano: header.receiptsSumNano
        });
    }

    /// @notice Sum of all leaves before a proven one.
    function sumBefore(uint256 path, uint64[] calldata sumsNano) internal pure returns (uint256 sumNano) {
        for (uint256 level; level < sumsNano.length; ++level) {
            if (path >> level & 1 == 1) sumNano += sumsNano[level];
        }
    }

    /// @notice What a statement debits of its account.
    /// @return opened false if the words are not the header's, or have another slot at that place
    function debitOf(ITribunalTypes.Statement calldata statement)
        internal
        pure
        returns (bool opened, uint64 debitNano)
    {
        uint256 count = statement.amounts.length;
        uint256 place = statement.place;
        // One shape to a hash: the vault has settled no other.
        if (count > CHUNK_WORDS || place >= count || statement.slots.length != (count + 7) / 8) return (false, 0);
        if (statement.chunk >= statement.chunkHashes.length) return (false, 0);
        if (statement.chunkHashes[statement.chunk] != keccak256(abi.encodePacked(statement.slots, statement.amounts))) {
            return (false, 0);
        }
        bytes32 wordsHash = keccak256(
            abi.encode(
                keccak256(abi.encodePacked(statement.chunkHashes)), statement.creditsHash, statement.releasesHash
            )
        );
        if (wordsHash != statement.header.wordsHash) return (false, 0);
        if (PackedWords.slotAt(statement.slots, place) != statement.account / 4) return (false, 0);
        return (true, uint64(statement.amounts[place] >> (64 * (statement.account % 4))));
    }

    /// @notice What one part of an epoch credits to an account, nothing if its words have no slot for it.
    /// @return opened false if the words are not the header's, or neither have the slot at that place nor a gap there
    function creditOf(ITribunalTypes.CreditStatement calldata statement, uint32 account)
        internal
        pure
        returns (bool opened, uint64 creditNano)
    {
        uint256[] calldata amounts = statement.amounts;
        uint256 place = statement.place;
        if (place > amounts.length || statement.slots.length != (amounts.length + 7) / 8) return (false, 0);
        (bool isShown, uint256 end) = chunksShown(statement);
        if (!isShown) return (false, 0);
        bytes32 wordsHash = keccak256(
            abi.encode(statement.debitsHash, keccak256(abi.encodePacked(statement.chunkHashes)), statement.releasesHash)
        );
        if (wordsHash != statement.header.wordsHash) return (false, 0);

        uint256 slot = account / 4;
        // Slots ascend over all chunks.
        if (place != amounts.length) {
            uint256 there = PackedWords.slotAt(statement.slots, place);
            if (there == slot) return (true, uint64(amounts[place] >> (64 * (account % 4))));
            if (there < slot) return (false, 0);
        } else if (end != statement.chunkHashes.length) {
            return (false, 0);
        }
        bool isGap = place == 0 ? statement.chunk == 0 : PackedWords.slotAt(statement.slots, place - 1) < slot;
        return (isGap, 0);
    }

    /// @dev Whether the words shown are those of neighbouring chunks, whole ones.
    /// @return isShown false if they are not the header's
    /// @return end number of the chunk behind them
    function chunksShown(ITribunalTypes.CreditStatement calldata statement)
        private
        pure
        returns (bool isShown, uint256 end)
    {
        uint256[] calldata amounts = statement.amounts;
        uint256[] calldata slots = statement.slots;
        end = statement.chunk;
        for (uint256 from; from < amounts.length; from += CHUNK_WORDS) {
            if (end >= statement.chunkHashes.length) return (false, end);
            uint256 to = Math.min(from + CHUNK_WORDS, amounts.length);
            if (
                statement.chunkHashes[end++]
                    != keccak256(abi.encodePacked(slots[from / 8:(to + 7) / 8], amounts[from:to]))
            ) return (false, end);
        }
        return (true, end);
    }
}
