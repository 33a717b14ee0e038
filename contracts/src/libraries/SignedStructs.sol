// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {ITribunalTypes} from "../interfaces/ITribunal.sol";

/// @title EIP-712 struct hashes of what requesters and providers sign, and who signed.
library SignedStructs {
    bytes32 internal constant REQUEST_TYPEHASH = keccak256(
        "InferenceRequest(address requester,bytes32 model,bytes32 inputHash,bytes32 optionsHash,uint64 maxFeeNano,"
        "uint64 deadline,uint64 nonce)"
    );

    bytes32 internal constant OUTCOME_TYPEHASH = keccak256(
        "Outcome(bytes32 requestId,uint32 providerAccount,uint64 units,uint8 status,bytes32 outputHash,"
        "bytes32 numericClass)"
    );

    function ofRequest(ITribunalTypes.InferenceRequest calldata request) internal pure returns (bytes32) {
        return keccak256(abi.encode(REQUEST_TYPEHASH, request));
    }

    function ofOutcome(ITribunalTypes.Outcome calldata outcome) internal pure returns (bytes32) {
        return keccak256(abi.encode(OUTCOME_TYPEHASH, outcome));
    }

    /// @notice The plain key that signed `digest`, zero if it was none: no contract is asked.
    function signerOf(bytes32 digest, bytes calldata signature) internal pure returns (address signer) {
        (signer,,) = ECDSA.tryRecoverCalldata(digest, signature);
    }
}
