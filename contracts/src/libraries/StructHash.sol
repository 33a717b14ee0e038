// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVaultTypes} from "../interfaces/ISettlementVault.sol";

/// @title EIP-712 struct hashes of what the vault and the stream share.
/// @notice All fields are atomic, so EIP-712's encodeData is the ABI encoding of the type hash and the struct.
library StructHash {
    bytes32 internal constant RECEIPT_TYPEHASH = keccak256(
        "Receipt(bytes32 requestId,uint32 requesterAccount,uint64 sequence,uint32 providerAccount,bytes32 model,"
        "uint64 units,uint64 priceNanoPerMillion,uint32 priceVersion,uint64 debitNano,uint64 creditNano,uint64 feeNano,"
        "uint32 shard,uint32 index)"
    );

    bytes32 internal constant EPOCH_HEADER_TYPEHASH = keccak256(
        "EpochHeader(bytes32 previousHeader,uint64 epoch,uint32 part,uint32 parts,bytes32 receiptsRoot,"
        "uint64 receiptsSumNano,uint64 receiptsCount,uint64 partSumNano,bytes32 wordsHash,bytes32 cutDigest,uint64 l2Block)"
    );

    function ofReceipt(ISettlementVaultTypes.Receipt calldata receipt) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECEIPT_TYPEHASH, receipt));
    }

    function ofHeader(ISettlementVaultTypes.EpochHeader calldata header) internal pure returns (bytes32) {
        return keccak256(abi.encode(EPOCH_HEADER_TYPEHASH, header));
    }
}
