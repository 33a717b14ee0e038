// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVault, ISettlementVaultTypes} from "../../src/interfaces/ISettlementVault.sol";

/// @title A receipts tree with one shard in use, built the plain way.
library ReceiptTrees {
    struct Node {
        bytes32 hash;
        uint64 sumNano;
    }

    function nodeOf(Node memory left, Node memory right) internal pure returns (Node memory) {
        if (left.hash == 0 && right.hash == 0) return left;
        return Node(
            keccak256(abi.encodePacked(uint8(1), left.hash, left.sumNano, right.hash, right.sumNano)),
            left.sumNano + right.sumNano
        );
    }

    function above(Node[] memory level) internal pure returns (Node[] memory parents) {
        parents = new Node[](level.length / 2);
        for (uint256 i; i < parents.length; ++i) {
            parents[i] = nodeOf(level[2 * i], level[2 * i + 1]);
        }
    }

    /// @return root of the tree over `receipts`, all of `shard`
    /// @return siblings of leaf `index`, bottom-up
    function build(ISettlementVault vault, ISettlementVaultTypes.Receipt[] memory receipts, uint32 shard, uint32 index)
        internal
        view
        returns (Node memory root, Node[] memory siblings)
    {
        uint256 levels;
        while (2 ** levels < receipts.length) ++levels;
        Node[] memory level = new Node[](2 ** levels);
        for (uint256 i; i < receipts.length; ++i) {
            level[i] = Node(vault.hashReceipt(receipts[i]), receipts[i].debitNano);
        }
        siblings = new Node[](levels + vault.SHARD_DEPTH());
        for (uint256 depth; depth < levels; ++depth) {
            siblings[depth] = level[(index >> depth) ^ 1];
            level = above(level);
        }
        Node[] memory shards = new Node[](2 ** vault.SHARD_DEPTH());
        shards[shard] = level[0];
        level = shards;
        for (uint256 depth; depth < vault.SHARD_DEPTH(); ++depth) {
            siblings[levels + depth] = level[(shard >> depth) ^ 1];
            level = above(level);
        }
        root = level[0];
    }
}
