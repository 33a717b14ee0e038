// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVaultErrors} from "../interfaces/ISettlementVault.sol";

/// @title A ledger of 63-bit balances, four to a word, and whole-word arithmetic on it.
/// @notice Account id = 4 x slot + lane; lane 0 is the lowest 64 bits. The top bit of every lane is a guard: clear in
/// storage, it takes the carry of a credit or lends the borrow of a debit, so four lanes are added or subtracted by one
/// instruction and none can reach its neighbour.
library PackedWords {
    /// One word for every slot that a uint32 account id can name; slot numbers are storage offsets, without a keccak.
    struct Ledger {
        uint256[2 ** 30] words;
    }

    /// The guard bit of each lane.
    uint256 internal constant GUARD = 0x8000000000000000800000000000000080000000000000008000000000000000;

    /// Lanes 0 and 2: the halves into which lanes are folded. 2^30 words of two 63-bit lanes stay far below 2^128.
    uint256 internal constant EVEN_LANES = 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;

    /// @notice Subtracts `amounts` from the words of `ledger` named by `slots`.
    /// @param lastAccount highest id that may be debited
    /// @param makeUp is asked, of a slot where a balance falls short, its balances and its debits, for balances that do not
    /// @return sumNano of all amounts
    function debit(
        Ledger storage ledger,
        uint256[] calldata slots,
        uint256[] calldata amounts,
        uint256 lastAccount,
        function(uint256, uint256, uint256) internal returns (uint256) makeUp
    ) internal returns (uint256 sumNano) {
        checkShape(slots, amounts, lastAccount);
        uint256 lowestNext;
        uint256 folded;
        // No sum here can overflow: slot numbers are 32 bits, and see EVEN_LANES for the folded lanes.
        unchecked {
            for (uint256 i; i < amounts.length; ++i) {
                uint256 slot = slotAt(slots, i);
                if (slot < lowestNext) {
                    revert ISettlementVaultErrors.SlotsNotAscending(uint32(lowestNext - 1), uint32(slot));
                }
                lowestNext = slot + 1;
                uint256 word = wordAt(amounts, i);
                uint256 balances = load(ledger, slot);
                uint256 guarded = (balances | GUARD) - word;
                if ((~guarded | word) & GUARD != 0) {
                    guarded = subtract(slot, makeUp(slot, balances, word), word) ^ GUARD;
                }
                store(ledger, slot, guarded ^ GUARD);
                folded += fold(word);
            }
        }
        return unfold(folded);
    }

    /// @notice Adds `amounts` to the words of `ledger` named by `slots`.
    /// @param lastAccount highest id that may be credited
    /// @return sumNano of all amounts
    function credit(Ledger storage ledger, uint256[] calldata slots, uint256[] calldata amounts, uint256 lastAccount)
        internal
        returns (uint256 sumNano)
    {
        checkShape(slots, amounts, lastAccount);
        uint256 lowestNext;
        uint256 folded;
        // No sum here can overflow: slot numbers are 32 bits, and see EVEN_LANES for the folded lanes.
        unchecked {
            for (uint256 i; i < amounts.length; ++i) {
                uint256 slot = slotAt(slots, i);
                if (slot < lowestNext) {
                    revert ISettlementVaultErrors.SlotsNotAscending(uint32(lowestNext - 1), uint32(slot));
                }
                lowestNext = slot + 1;
                uint256 word = wordAt(amounts, i);
                uint256 balances = load(ledger, slot);
                store(ledger, slot, add(slot, balances, word));
                folded += fold(word);
            }
        }
        return unfold(folded);
    }

    function debitAccount(Ledger storage ledger, uint32 account, uint64 amountNano) internal {
        uint256 slot = account / 4;
        store(ledger, slot, subtract(slot, load(ledger, slot), uint256(amountNano) << shiftOf(account)));
    }

    function creditAccount(Ledger storage ledger, uint32 account, uint64 amountNano) internal {
        uint256 slot = account / 4;
        store(ledger, slot, add(slot, load(ledger, slot), uint256(amountNano) << shiftOf(account)));
    }

    function balanceOf(Ledger storage ledger, uint32 account) internal view returns (uint64) {
        return uint64(load(ledger, account / 4) >> shiftOf(account));
    }

    /// @dev Borrows from the guard bits: one is left set in each lane that had enough.
    function subtract(uint256 slot, uint256 balances, uint256 debits) internal pure returns (uint256) {
        unchecked {
            uint256 guarded = (balances | GUARD) - debits;
            if ((~guarded | debits) & GUARD != 0) {
                if (debits & GUARD != 0) revert ISettlementVaultErrors.LaneOutOfRange(uint32(slot), debits);
                revert ISettlementVaultErrors.BalanceUnderflow(uint32(slot), balances, debits);
            }
            return guarded ^ GUARD;
        }
    }

    /// @dev Carries into the guard bits: one is set in each lane that became too large.
    function add(uint256 slot, uint256 balances, uint256 credits) internal pure returns (uint256 sums) {
        unchecked {
            sums = balances + credits;
        }
        if ((sums | credits) & GUARD != 0) {
            if (credits & GUARD != 0) revert ISettlementVaultErrors.LaneOutOfRange(uint32(slot), credits);
            revert ISettlementVaultErrors.BalanceOverflow(uint32(slot), balances, credits);
        }
    }

    /// @dev Two 128-bit sums of two lanes each; such words may be added up, then `unfold`ed.
    function fold(uint256 word) internal pure returns (uint256) {
        unchecked {
            return (word & EVEN_LANES) + ((word >> 64) & EVEN_LANES);
        }
    }

    function unfold(uint256 folded) internal pure returns (uint256) {
        return (folded >> 128) + uint128(folded);
    }

    /// @dev One slot number to a word, no number left over, and the last word (slots ascend, so the highest) within the
    /// accounts that exist.
    function checkShape(uint256[] calldata slots, uint256[] calldata amounts, uint256 lastAccount) internal pure {
        uint256 count = amounts.length;
        if (slots.length != (count + 7) / 8) revert ISettlementVaultErrors.SlotCountMismatch(slots.length, count);
        if (count == 0) return;
        if (count % 8 != 0 && slots[slots.length - 1] >> (32 * (count % 8)) != 0) {
            revert ISettlementVaultErrors.SlotCountMismatch(slots.length, count);
        }
        uint256 highest = slotAt(slots, count - 1);
        uint256 most = lastAccount / 4;
        if (highest > most || (highest == most && amounts[count - 1] >> 64 >> shiftOf(lastAccount) != 0)) {
            revert ISettlementVaultErrors.AccountNotOpen(uint32(highest), uint32(lastAccount));
        }
    }

    function slotAt(uint256[] calldata slots, uint256 i) internal pure returns (uint256) {
        return uint32(wordAt(slots, i >> 3) >> ((i & 7) << 5));
    }

    function shiftOf(uint256 account) private pure returns (uint256) {
        return 64 * (account % 4);
    }

    /// @notice Digest of the digests of chunks: of each 64 amounts the slot words, then the amounts. One chunk can be
    /// shown without the others. In memory that is given back.
    /// @dev Of slots that are not one to an amount some are not read: `checkShape` refuses those.
    function hash(uint256[] calldata slots, uint256[] calldata amounts) internal pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            let digests := mload(0x40)
            let end := add(digests, shl(5, shr(6, add(amounts.length, 63))))
            let slotWords := slots.offset
            let words := amounts.offset
            let left := shl(5, amounts.length)
            for { let at := digests } lt(at, end) { at := add(at, 32) } {
                let size := 2048
                if lt(left, size) { size := left }
                let slotsSize := shl(5, shr(8, add(size, 255)))
                calldatacopy(end, slotWords, slotsSize)
                calldatacopy(add(end, slotsSize), words, size)
                mstore(at, keccak256(end, add(slotsSize, size)))
                slotWords := add(slotWords, slotsSize)
                words := add(words, size)
                left := sub(left, size)
            }
            digest := keccak256(digests, sub(end, digests))
        }
    }

    /// @dev `words[i]` without the bounds check: callers stay below the length that `checkShape` saw.
    function wordAt(uint256[] calldata words, uint256 i) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(add(words.offset, shl(5, i)))
        }
    }

    /// @dev `ledger.words[slot]` without the bounds check: `slot` is below 2^30 because its account is open.
    function load(Ledger storage ledger, uint256 slot) private view returns (uint256 word) {
        assembly ("memory-safe") {
            word := sload(add(ledger.slot, slot))
        }
    }

    /// @dev The counterpart of `load`.
    function store(Ledger storage ledger, uint256 slot, uint256 word) private {
        assembly ("memory-safe") {
            sstore(add(ledger.slot, slot), word)
        }
    }
}
