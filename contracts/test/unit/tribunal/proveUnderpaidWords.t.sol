// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {EarningsTest} from "./EarningsTest.sol";

/// What the words of an epoch credit is shown: the account's own lane, or the gap where its slot would be, and nothing else.
contract ProveUnderpaidWordsTest is EarningsTest {
    using EpochBooks for EpochBooks.Book;

    /// The words do not know the account at all: its slot is missing before the first, between two, or behind the last.
    function test_provesThatNothingWasCredited() external {
        for (uint32 i; i < 16; ++i) {
            openEarning(vm.addr(5000 + i));
        }
        uint32[3] memory others = [uint32(0), 8, 16];
        for (uint256 absent; absent < 3; ++absent) {
            EpochBooks.Charge[] memory all = honestEpoch(1, uint64(absent + 1));
            uint32 account = others[absent];
            for (uint256 i; i < all.length; ++i) {
                all[i].receipt.providerAccount = account == 0 ? providerAccount : account;
                setCredits(all[i].receipt, 0);
            }
            EpochBooks.Book memory book = bookOf(all);
            uint256 sumNano = book.root().sumNano;
            uint32 first = others[(absent + 1) % 3];
            uint32 second = others[(absent + 2) % 3];
            (first, second) = first < second ? (first, second) : (second, first);
            // What the next slot has in the same lane is another's.
            settleCredits(book, absent == 1 ? Epochs.one(second, sumNano) : Epochs.two(first, 1, second, sumNano - 1));
            account = all[0].receipt.providerAccount;
            uint64 earnedNano = uint64(EpochBooks.earnedOf(all, account));
            vm.expectEmit(address(court));
            emit UnderpaymentProven(uint64(absent + 1), account, challenger, 0, earnedNano, 0, victims(earnedNano));
            vm.assertTrue(prove(book, account), "not proven");
        }
    }

    /// @dev An honest epoch of which the provider's slot is credited and the one behind it, both in one chunk.
    function twoSlots() private returns (EpochBooks.Book memory book) {
        for (uint32 i; i < 8; ++i) {
            openEarning(vm.addr(5000 + i));
        }
        EpochBooks.Charge[] memory all = honestEpoch(2);
        for (uint256 i; i < all.length; ++i) {
            all[i].receipt.providerAccount = 5;
            setCredits(all[i].receipt, 0);
        }
        book = bookOf(all);
        settleCredits(book, Epochs.two(1, 1, 5, book.root().sumNano - 1));
    }

    /// Of a slot's four accounts the word of the one.
    function test_whatIsCreditedIsTheAccounts() external {
        EpochBooks.Book memory book = twoSlots();
        uint64 sumNano = book.root().sumNano;
        vm.expectEmit(address(court));
        emit UnderpaymentProven(1, 5, challenger, 0, sumNano, sumNano - 1, victims(sumNano));
        vm.assertTrue(prove(book, 5), "not proven");
    }

    /// Whose slot is there cannot be said to have none.
    function test_RevertWhen_theSlotItselfIsShownBeforeTheGap() external {
        EpochBooks.Book memory book = twoSlots();
        CreditStatement[] memory shown = statements(book, 5);
        shown[0].place += 1;
        refuses(book, 5, shown, noLeaves(), abi.encodeWithSelector(StatementNotOpened.selector, 1, 0, 5));
    }

    /// Behind the words lies what is no slot.
    function test_RevertWhen_thePlaceIsBehindTheWords() external {
        EpochBooks.Book memory book = twoSlots();
        CreditStatement[] memory shown = statements(book, 5);
        shown[0].place = 8;
        refuses(book, 5, shown, noLeaves(), abi.encodeWithSelector(StatementNotOpened.selector, 1, 0, 5));
    }

    function test_RevertWhen_theGapIsElsewhere() external {
        EpochBooks.Book memory book = twoSlots();
        CreditStatement[] memory shown = statements(book, 5);
        shown[0].place = 0;
        refuses(book, 5, shown, noLeaves(), abi.encodeWithSelector(StatementNotOpened.selector, 1, 0, 5));
        shown = statements(book, 9);
        shown[0].place = 1;
        refuses(book, 9, shown, noLeaves(), abi.encodeWithSelector(StatementNotOpened.selector, 1, 0, 9));
    }

    function test_RevertWhen_theWordsAreNotTheHeaders() external {
        EpochBooks.Book memory book = twoSlots();
        bytes memory why = abi.encodeWithSelector(StatementNotOpened.selector, 1, 0, 5);
        CreditStatement[] memory shown = statements(book, 5);
        shown[0].amounts[1] -= 1;
        refuses(book, 5, shown, noLeaves(), why);
        shown = statements(book, 5);
        shown[0].debitsHash = 0;
        refuses(book, 5, shown, noLeaves(), why);
        shown = statements(book, 5);
        shown[0].releasesHash = 0;
        refuses(book, 5, shown, noLeaves(), why);
        shown = statements(book, 5);
        shown[0].chunkHashes[0] = 0;
        refuses(book, 5, shown, noLeaves(), why);
        shown = statements(book, 5);
        shown[0].chunk = 1;
        refuses(book, 5, shown, noLeaves(), why);
        shown = statements(book, 5);
        shown[0].slots = new uint256[](2);
        refuses(book, 5, shown, noLeaves(), why);
    }

    /// @dev Credits of 65 slots, in two chunks: all of the first 66 but number 64, `places` of which are shown.
    function manySlots() private returns (EpochBooks.Book memory book) {
        for (uint256 i = vault.earningAccounts(); i < 4 * 66; ++i) {
            openEarning(vm.addr(5000 + i));
        }
        EpochBooks.Charge[] memory all = honestEpoch(2);
        for (uint256 i; i < all.length; ++i) {
            all[i].receipt.providerAccount = i % 2 == 0 ? 4 * 64 : 4 * 65;
            setCredits(all[i].receipt, 0);
        }
        book = bookOf(all);
        Epochs.Amount[] memory amounts = new Epochs.Amount[](65);
        for (uint256 i; i < 65; ++i) {
            amounts[i] = Epochs.Amount(4 * (i == 64 ? 65 : i), 1);
        }
        amounts[0].amountNano = book.root().sumNano - 64;
        settleCredits(book, amounts);
    }

    /// The gap is between two chunks: both are shown.
    function test_provesThatNothingWasCreditedBetweenTwoChunks() external {
        EpochBooks.Book memory book = manySlots();
        CreditStatement[] memory shown = statements(book, 4 * 64);
        vm.assertEq(shown[0].amounts.length, 65, "one chunk is enough");
        vm.assertTrue(prove(book, 4 * 64), "not proven");
        vm.assertTrue(prove(book, 4 * 65), "what is in the second chunk");
        vm.assertFalse(show(book, 0, statements(book, 0), noLeaves()), "a whole chunk alone");
    }

    function test_RevertWhen_oneSideOfTheGapIsNotShown() external {
        EpochBooks.Book memory book = manySlots();
        bytes memory why = abi.encodeWithSelector(StatementNotOpened.selector, 1, 0, 4 * 64);
        CreditStatement[] memory shown = statements(book, 4 * 64);
        CreditStatement[] memory second = statements(book, 4 * 65);
        CreditStatement[] memory first = statements(book, 0);
        (shown[0].slots, shown[0].amounts) = (first[0].slots, first[0].amounts);
        refuses(book, 4 * 64, shown, noLeaves(), why);
        second[0].place = 0;
        refuses(book, 4 * 64, second, noLeaves(), why);
        shown = statements(book, 4 * 64);
        shown[0].chunk = 1;
        refuses(book, 4 * 64, shown, noLeaves(), why);
    }

    /// Of a part that moves nothing there is nothing to show.
    function test_aPartWithoutWordsCreditsNothing() external {
        EpochBooks.Book memory book;
        book.parts = new Epochs.Epoch[](1);
        book.parts[0] = epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases());
        settle(book.parts[0]);
        vm.assertFalse(show(book, providerAccount, statements(book, providerAccount), noLeaves()), "of nothing");
    }
}
