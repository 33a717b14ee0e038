// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A Merkle tree whose nodes also carry the sum of what is below them.
/// @notice A node is keccak256(0x01 || leftHash || leftSum || rightHash || rightSum), sums as 8 bytes; an empty subtree is
/// (zero hash, zero sum). A leaf's hash is an EIP-712 digest (66 bytes beginning 0x1901), so no node can pass for a leaf.
library MerkleSum {
    /// @notice Whether the path from (`leaf`, `leafSumNano`) leads to (`root`, `rootSumNano`).
    /// @param path which side the path is on at each level, lowest bit first: 0 left, 1 right
    /// @return false too if a sum overflows or an empty sibling claims a sum
    function verify(
        bytes32 leaf,
        uint64 leafSumNano,
        uint256 path,
        bytes32[] calldata siblings,
        uint64[] calldata sumsNano,
        bytes32 root,
        uint64 rootSumNano
    ) internal pure returns (bool) {
        if (siblings.length != sumsNano.length) return false;
        bytes32 nodeHash = leaf;
        uint64 nodeSumNano = leafSumNano;
        for (uint256 level; level < siblings.length; ++level) {
            bytes32 sibling = siblings[level];
            uint64 siblingSumNano = sumsNano[level];
            if (sibling == 0 && siblingSumNano != 0) return false;
            nodeHash = (path >> level) & 1 == 0
                ? node(nodeHash, nodeSumNano, sibling, siblingSumNano)
                : node(sibling, siblingSumNano, nodeHash, nodeSumNano);
            unchecked {
                nodeSumNano += siblingSumNano;
            }
            if (nodeSumNano < siblingSumNano) return false;
        }
        return nodeHash == root && nodeSumNano == rootSumNano;
    }

    /// @notice Hash of the parent of two nodes of which at least one is not empty.
    /// @dev keccak256(abi.encodePacked(uint8(1), leftHash, leftSumNano, rightHash, rightSumNano)), in memory that is given back:
    /// a path of twenty levels is half of what a proof costs.
    function node(bytes32 leftHash, uint64 leftSumNano, bytes32 rightHash, uint64 rightSumNano)
        internal
        pure
        returns (bytes32 digest)
    {
        assembly ("memory-safe") {
            let at := mload(0x40)
            mstore8(at, 1)
            mstore(add(at, 1), leftHash)
            mstore(add(at, 33), shl(192, leftSumNano))
            mstore(add(at, 41), rightHash)
            mstore(add(at, 73), shl(192, rightSumNano))
            digest := keccak256(at, 81)
        }
    }
}
