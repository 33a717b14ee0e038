// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {EarningsTest} from "./EarningsTest.sol";

/// Where the totals of leaves fall back, each counts at least for itself.
contract ProveUnderpaidTotalsTest is EarningsTest {
    using EpochBooks for EpochBooks.Book;

    /// Where the settler lets totals fall back, each leaf shown counts at least for itself.
    function test_totalsThatBeginAnewDoNotHideWhatWasEarned() external {
        EpochBooks.Charge[] memory all = honestEpoch(3);
        EpochBooks.carryTotals(all);
        uint64 earnedNano = earned(all);
        for (uint256 i; i < all.length; ++i) {
            all[i].receipt.credits[0] = uint96(all[i].receipt.credits[0]);
        }
        EpochBooks.Book memory book = bookAsTheyAre(all);
        settleCredits(book, creditsOf(all, 1));
        vm.assertFalse(prove(book, providerAccount), "totals that hide the leaves before");

        address another = vm.addr(4712);
        bool proven;
        for (uint256 i; i < all.length; ++i) {
            vm.assertFalse(proven, "too early");
            vm.prank(another);
            proven = court.proveUnderpaid(
                book.parts[0].header,
                providerAccount,
                i == 0 ? statements(book, providerAccount) : noStatements(),
                single(book.leaf(i))
            );
        }
        vm.assertTrue(proven, "not proven");
        vm.assertEq(uint256(vault.rewardOf(another)), earnedNano / 5 + FINE_NANO, "not all of it");
    }

    /// A total that falls back, but not to nothing: the leaf counts for its own lines only.
    function test_aTotalThatFallsBackAddsTheLeafsOwnLines() external {
        EpochBooks.Charge[] memory all = honestEpoch(3);
        for (uint256 i; i < all.length; ++i) {
            if (all[i].receipt.index != 0) all[i].receipt.credits[0] |= 1 << 96;
        }
        EpochBooks.Book memory book = bookAsTheyAre(all);
        settleCredits(book, creditsOf(all, 1));
        uint64 earnedNano = earned(all);
        for (uint256 i; i + 1 < all.length; ++i) {
            CreditStatement[] memory shown = i == 0 ? statements(book, providerAccount) : noStatements();
            vm.assertFalse(show(book, providerAccount, shown, single(book.leaf(i))), "too early");
        }
        Leaf[] memory last = single(book.leaf(all.length - 1));
        vm.expectEmit(address(court));
        emit UnderpaymentProven(1, providerAccount, challenger, 0, earnedNano, earnedNano - 1, victims(earnedNano));
        vm.assertTrue(show(book, providerAccount, noStatements(), last), "not proven");
    }

    /// Of a treasury that runs models both lines of a leaf count.
    function test_bothLinesOfTheTreasuryCount() external {
        EpochBooks.Charge[] memory all = ranByTheTreasury();
        for (uint256 i; i < all.length; ++i) {
            all[i].receipt.credits[1] |= uint256(uint64(all[i].receipt.credits[0])) << 96;
        }
        provesLeafByLeaf(all);
    }

    /// So they do where the second falls back behind the first, to nothing or a little less.
    function test_linesOfOneLeafThatFallBackCountForThemselves() external {
        EpochBooks.Charge[] memory all = ranByTheTreasury();
        for (uint256 i; i < all.length; ++i) {
            uint256[] memory lines = all[i].receipt.credits;
            uint256 index = all[i].receipt.index;
            bool even = index % 2 == 0;
            // Always less than the line before ends with: 50 after a fee alone, 1,000 after all of a leaf.
            uint256 first = index == 0 ? 0 : even ? 50 : 1000;
            uint256 second = even ? first + uint64(lines[0]) - 1 : 0;
            lines[0] |= first << 96;
            lines[1] |= second << 96;
        }
        provesLeafByLeaf(all);
    }

    function ranByTheTreasury() private view returns (EpochBooks.Charge[] memory all) {
        all = honestEpoch(3);
        for (uint256 i; i < all.length; ++i) {
            all[i].receipt.providerAccount = TREASURY;
            setCredits(all[i].receipt, all[i].receipt.debitNano * FEE / 10_000);
        }
    }

    /// @dev All that the treasury earned but a nano-USD is credited to it; the last leaf shows it.
    function provesLeafByLeaf(EpochBooks.Charge[] memory all) private {
        EpochBooks.Book memory book = bookAsTheyAre(all);
        uint64 sumNano = book.root().sumNano;
        settleCredits(book, Epochs.two(TREASURY, sumNano - 1, cronyAccount, 1));
        bool proven;
        for (uint256 i; i < all.length; ++i) {
            vm.assertFalse(proven, "too early");
            proven = show(book, TREASURY, i == 0 ? statements(book, TREASURY) : noStatements(), single(book.leaf(i)));
        }
        vm.assertTrue(proven, "not proven");
    }
}
