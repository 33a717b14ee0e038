// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVaultTypes} from "../interfaces/ISettlementVault.sol";

/// @title EIP-712 struct hashes of what the vault and the stream share.
/// @notice encodeData is the ABI encoding of the type hash and the fields, an array standing for the hash of its words.
library StructHash {
    bytes32 internal constant RECEIPT_TYPEHASH = keccak256(
        "Receipt(bytes32 requestId,uint32 requesterAccount,uint64 sequence,uint32 providerAccount,bytes32 model,"
        "uint64 units,uint64 priceNanoPerMillion,uint32 priceVersion,uint64 debitNano,uint256[] credits,bytes32 outcome,"
        "bytes32 allocation,uint64 admittedMillis,uint32 shard,uint32 index)"
    );

    bytes32 internal constant EPOCH_HEADER_TYPEHASH = keccak256(
        "EpochHeader(bytes32 previousHeader,uint64 epoch,uint32 part,uint32 parts,bytes32 receiptsRoot,"
        "uint64 receiptsSumNano,uint64 receiptsCount,uint8 levels,uint64 partSumNano,bytes32 wordsHash,bytes32 cutDigest,"
        "uint64 l2Block)"
    );

    /// @dev In two halves, which keeps the stack shallow enough for builds without via-IR (tools/mutants.mjs).
    function ofReceipt(ISettlementVaultTypes.Receipt calldata receipt) internal pure returns (bytes32) {
        bytes memory whose = abi.encode(
            RECEIPT_TYPEHASH,
            receipt.requestId,
            receipt.requesterAccount,
            receipt.sequence,
            receipt.providerAccount,
            receipt.model,
            receipt.units,
            receipt.priceNanoPerMillion
        );
        bytes memory what = abi.encode(
            receipt.priceVersion,
            receipt.debitNano,
            keccak256(abi.encodePacked(receipt.credits)),
            receipt.outcome,
            receipt.allocation,
            receipt.admittedMillis,
            receipt.shard,
            receipt.index
        );
        return keccak256(bytes.concat(whose, what));
    }

    function ofHeader(ISettlementVaultTypes.EpochHeader calldata header) internal pure returns (bytes32) {
        return keccak256(abi.encode(EPOCH_HEADER_TYPEHASH, header));
    }
}
