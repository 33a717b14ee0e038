// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVaultErrors} from "../../../src/interfaces/ISettlementVault.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {ILibraryHarness} from "../../utils/ILibraryHarness.sol";
import {MillraceTest} from "../../utils/MillraceTest.sol";

/// Words, four lanes at a time, must do what a loop over single balances does.
contract PackedWordsTest is MillraceTest {
    uint256 private constant MOST = 2 ** 63 - 1;

    ILibraryHarness private library_;
    uint64[64] private naive;

    function setUp() external {
        library_ = ILibraryHarness(deployed("out/LibraryHarness.sol/LibraryHarness.json", ""));
    }

    function lane(uint256 word, uint256 number) private pure returns (uint256) {
        return uint64(word >> (64 * number));
    }

    /// Lanes at their edges are what breaks carries, so half of the fuzzed words are made of edges.
    function edged(uint256 word, uint256 seed) private pure returns (uint256 made) {
        for (uint256 i; i < 4; ++i) {
            uint256 choice = uint8(seed >> (8 * i)) % 8;
            uint256 nano = lane(word, i) & MOST;
            if (choice == 0) nano = 0;
            if (choice == 1) nano = 1;
            if (choice == 2) nano = MOST;
            if (choice == 3) nano = MOST - 1;
            made |= nano << (64 * i);
        }
    }

    function testFuzz_subtractEqualsTheNaiveLoop(uint256 balances, uint256 debits, uint256 seed) external {
        balances = edged(balances, seed);
        debits = edged(debits, seed >> 32);
        uint256 expected;
        bool fits = true;
        for (uint256 i; i < 4; ++i) {
            if (lane(debits, i) > lane(balances, i)) fits = false;
            else expected |= (lane(balances, i) - lane(debits, i)) << (64 * i);
        }
        if (!fits) {
            vm.expectRevert(
                abi.encodeWithSelector(ISettlementVaultErrors.BalanceUnderflow.selector, 7, balances, debits)
            );
        }
        uint256 left = library_.subtract(7, balances, debits);
        if (fits) vm.assertEq(left, expected, "a lane's difference");
    }

    function testFuzz_addEqualsTheNaiveLoop(uint256 balances, uint256 credits, uint256 seed) external {
        balances = edged(balances, seed);
        credits = edged(credits, seed >> 32);
        uint256 expected;
        bool fits = true;
        for (uint256 i; i < 4; ++i) {
            uint256 sum = lane(balances, i) + lane(credits, i);
            if (sum > MOST) fits = false;
            expected |= sum << (64 * i);
        }
        if (!fits) {
            vm.expectRevert(
                abi.encodeWithSelector(ISettlementVaultErrors.BalanceOverflow.selector, 7, balances, credits)
            );
        }
        uint256 sums = library_.add(7, balances, credits);
        if (fits) vm.assertEq(sums, expected, "a lane's sum");
    }

    function testFuzz_aGuardBitInTheAmountIsRefused(uint256 balances, uint256 amounts, uint256 number) external {
        balances = edged(balances, type(uint256).max);
        amounts |= 1 << (64 * bounded(number, 0, 3) + 63);
        bytes memory refusal = abi.encodeWithSelector(ISettlementVaultErrors.LaneOutOfRange.selector, 7, amounts);
        vm.expectRevert(refusal);
        library_.subtract(7, balances, amounts);
        vm.expectRevert(refusal);
        library_.add(7, balances, amounts);
    }

    function testFuzz_foldsAddUpToTheSumOfAllLanes(uint256[] calldata words) external view {
        uint256 expected;
        for (uint256 i; i < words.length; ++i) {
            for (uint256 j; j < 4; ++j) {
                expected += lane(words[i], j);
            }
        }
        vm.assertEq(library_.sum(words), expected, "sum of lanes");
    }

    /// Credits, debits and single accounts on 64 accounts, against one uint64 for each.
    function testFuzz_aLedgerEqualsTheNaiveOne(uint256 seed, uint8 rounds) external {
        for (uint256 round; round < uint256(rounds) % 6 + 1; ++round) {
            seed = uint256(keccak256(abi.encode(seed)));
            applyBatch(seed, round % 2 == 0);
            uint32 account = uint32(seed % 64);
            uint64 amountNano = uint64(bounded(seed >> 64, 0, 1e12));
            library_.creditAccount(account, amountNano);
            naive[account] += amountNano;
            uint64 taken = uint64(bounded(seed >> 128, 0, naive[account]));
            library_.debitAccount(account, taken);
            naive[account] -= taken;
        }
        for (uint32 i; i < 64; ++i) {
            vm.assertEq(uint256(library_.balanceOf(i)), naive[i], "balance of an account");
        }
    }

    /// Each lane empty or full, and debited by nothing, a little or all: one slot for every way in which four such meet.
    function test_debitAtEveryEdgeOfASlot() external {
        uint256[5] memory balanceNano = [uint256(0), 0, MOST, MOST, MOST];
        uint256[5] memory debitNano = [uint256(0), 1, 0, 1, MOST];
        for (uint256 slot; slot < 5 ** 4; ++slot) {
            uint256 balances;
            uint256 debits;
            bool fits = true;
            for (uint256 i; i < 4; ++i) {
                uint256 edge = slot / 5 ** i % 5;
                if (balanceNano[edge] != 0) library_.creditAccount(uint32(slot * 4 + i), uint64(balanceNano[edge]));
                balances |= balanceNano[edge] << (64 * i);
                debits |= debitNano[edge] << (64 * i);
                if (debitNano[edge] > balanceNano[edge]) fits = false;
            }
            uint256[] memory slots = new uint256[](1);
            uint256[] memory words = new uint256[](1);
            slots[0] = slot;
            words[0] = debits;
            if (!fits) {
                vm.expectRevert(
                    abi.encodeWithSelector(
                        ISettlementVaultErrors.BalanceUnderflow.selector, uint32(slot), balances, debits
                    )
                );
            }
            library_.debit(slots, words, 4 * 5 ** 4);
            for (uint256 i; fits && i < 4; ++i) {
                uint256 left = library_.balanceOf(uint32(slot * 4 + i));
                vm.assertEq(left, lane(balances, i) - lane(debits, i), "a lane's difference");
            }
        }
    }

    function applyBatch(uint256 seed, bool credits) private {
        Epochs.Amount[] memory all = new Epochs.Amount[](64);
        uint256 count;
        for (uint256 i; i < 64; ++i) {
            if ((seed >> i) & 1 == 0) continue;
            uint256 draw = uint256(keccak256(abi.encode(seed, i)));
            all[count++] = Epochs.Amount(i, credits ? bounded(draw, 0, 1e15) : bounded(draw, 0, naive[i]));
        }
        Epochs.Amount[] memory some = new Epochs.Amount[](count);
        for (uint256 i; i < count; ++i) {
            some[i] = all[i];
            uint64 nano = uint64(all[i].amountNano);
            if (credits) naive[all[i].account] += nano;
            else naive[all[i].account] -= nano;
        }
        (uint256[] memory slots, uint256[] memory words) = Epochs.pack(some);
        uint256 sumNano = credits ? library_.credit(slots, words, 63) : library_.debit(slots, words, 63);
        vm.assertEq(sumNano, Epochs.sumOf(some), "sum of a batch");
    }

    /// Any number of chunks, the last of them of any size.
    function testFuzz_hashIsThatOfTheChunks(uint256 count, uint256 seed) external view {
        assertHash(bounded(count, 0, 300), seed);
    }

    function test_hashAtTheEdgesOfAChunk() external view {
        uint256[9] memory counts = [uint256(0), 1, 8, 9, 63, 64, 65, 128, 129];
        for (uint256 i; i < counts.length; ++i) {
            assertHash(counts[i], i);
        }
    }

    function assertHash(uint256 count, uint256 seed) private view {
        uint256[] memory slots = new uint256[]((count + 7) / 8);
        uint256[] memory words = new uint256[](count);
        for (uint256 i; i < slots.length; ++i) {
            slots[i] = uint256(keccak256(abi.encode(seed, "slots", i)));
        }
        for (uint256 i; i < count; ++i) {
            words[i] = uint256(keccak256(abi.encode(seed, "words", i)));
        }
        vm.assertEq(library_.hash(slots, words), Epochs.hashOf(slots, words), "hash of chunks");
    }
}
