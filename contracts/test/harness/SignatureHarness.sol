// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @title OpenZeppelin's rule for signatures behind an address: the widest one a contract of ours would use.
/// @dev Java's verification is compared with it, many signatures in one call.
contract SignatureHarness {
    /// @return recovered Who signed each digest, zero where the signature is of nobody.
    function signers(bytes32[] calldata digests, bytes[] calldata signatures)
        external
        pure
        returns (address[] memory recovered)
    {
        recovered = new address[](digests.length);
        for (uint256 i; i < digests.length; ++i) {
            (recovered[i],,) = ECDSA.tryRecoverCalldata(digests[i], signatures[i]);
        }
    }
}
