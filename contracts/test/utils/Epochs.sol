// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVaultTypes} from "../../src/interfaces/ISettlementVault.sol";

/// @title Epochs as the stream packs them, written for clarity and not for gas.
library Epochs {
    /// What one account is debited or credited.
    struct Amount {
        uint256 account;
        uint256 amountNano;
    }

    /// What one call of `settle` carries.
    struct Epoch {
        ISettlementVaultTypes.EpochHeader header;
        ISettlementVaultTypes.SlotWords words;
        uint256[] releases;
    }

    function none() internal pure returns (Amount[] memory) {
        return new Amount[](0);
    }

    function one(uint256 account, uint256 amountNano) internal pure returns (Amount[] memory amounts) {
        amounts = new Amount[](1);
        amounts[0] = Amount(account, amountNano);
    }

    function two(uint256 account, uint256 amountNano, uint256 account2, uint256 amountNano2)
        internal
        pure
        returns (Amount[] memory amounts)
    {
        amounts = new Amount[](2);
        amounts[0] = Amount(account, amountNano);
        amounts[1] = Amount(account2, amountNano2);
    }

    function noReleases() internal pure returns (uint256[] memory) {
        return new uint256[](0);
    }

    function release(uint256 account, uint256 request, uint256 amountNano)
        internal
        pure
        returns (uint256[] memory releases)
    {
        releases = new uint256[](1);
        releases[0] = account << 96 | request << 64 | amountNano;
    }

    function sumOf(Amount[] memory amounts) internal pure returns (uint256 sumNano) {
        for (uint256 i; i < amounts.length; ++i) {
            sumNano += amounts[i].amountNano;
        }
    }

    function wordsOf(Amount[] memory debits, Amount[] memory credits)
        internal
        pure
        returns (ISettlementVaultTypes.SlotWords memory words)
    {
        (words.debitSlots, words.debits) = pack(debits);
        (words.creditSlots, words.credits) = pack(credits);
    }

    /// @param amounts ascending by account
    function pack(Amount[] memory amounts) internal pure returns (uint256[] memory slots, uint256[] memory words) {
        uint256 count = amounts.length == 0 ? 0 : 1;
        for (uint256 i = 1; i < amounts.length; ++i) {
            if (amounts[i].account / 4 != amounts[i - 1].account / 4) ++count;
        }
        words = new uint256[](count);
        slots = new uint256[]((count + 7) / 8);
        uint256 place;
        for (uint256 i; i < amounts.length; ++i) {
            uint256 slot = amounts[i].account / 4;
            if (i != 0 && slot != amounts[i - 1].account / 4) ++place;
            words[place] |= amounts[i].amountNano << (64 * (amounts[i].account % 4));
            if (i == 0 || slot != amounts[i - 1].account / 4) slots[place / 8] |= slot << (32 * (place % 8));
        }
    }

    function hashOf(ISettlementVaultTypes.SlotWords memory words, uint256[] memory releases)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                hashOf(words.debitSlots, words.debits),
                hashOf(words.creditSlots, words.credits),
                keccak256(abi.encodePacked(releases))
            )
        );
    }

    function hashOf(uint256[] memory slots, uint256[] memory words) internal pure returns (bytes32) {
        bytes memory digests;
        for (uint256 from; from < words.length; from += 64) {
            bytes memory chunk;
            for (uint256 i = from / 8; i < slots.length && i < from / 8 + 8; ++i) {
                chunk = abi.encodePacked(chunk, slots[i]);
            }
            for (uint256 i = from; i < words.length && i < from + 64; ++i) {
                chunk = abi.encodePacked(chunk, words[i]);
            }
            digests = abi.encodePacked(digests, keccak256(chunk));
        }
        return keccak256(digests);
    }
}
