// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlerBondsErrors} from "../../../src/interfaces/ISettlerBonds.sol";
import {EpochBooks} from "../../utils/EpochBooks.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {EarningsTest} from "./EarningsTest.sol";

contract ProveUnderpaidTest is EarningsTest {
    using EpochBooks for EpochBooks.Book;

    function earnings(uint32 account) private view returns (uint64) {
        return vault.earningBalanceOf(account);
    }

    function bondNano() private view returns (uint64 amountNano) {
        (amountNano,) = vault.bondOf(settler, 0);
    }

    function test_provesOneNanoTooLittle() external {
        EpochBooks.Book memory book = settleMoved(honestEpoch(3), 1);
        uint64 earnedNano = earned(book.charges);
        uint64 before = earnings(providerAccount);
        uint64 bondBefore = bondNano();
        vm.expectEmit(address(court));
        emit UnderpaymentProven(1, providerAccount, challenger, 0, earnedNano, earnedNano - 1, victims(earnedNano));
        vm.assertTrue(prove(book, providerAccount), "not proven");
        vm.assertEq(uint256(earnings(providerAccount) - before), victims(earnedNano), "who earned it");
        vm.assertEq(uint256(vault.rewardOf(challenger)), earnedNano / 5 + FINE_NANO, "the challenger");
        vm.assertEq(uint256(bondBefore - bondNano()), 3 * earnedNano + FINE_NANO, "the settler");
        vm.assertTrue(court.earnerCompensated(1, providerAccount), "not noted");
        vm.assertFalse(court.earnerCompensated(2, providerAccount), "of another epoch");
        vm.assertFalse(court.earnerCompensated(1, TREASURY), "of another account");
    }

    function test_provesForTheTreasury() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        EpochBooks.Book memory book = bookOf(all);
        Epochs.Amount[] memory credits = creditsOf(all, 0);
        (credits[0].amountNano, credits[1].amountNano) = (credits[0].amountNano - 1, credits[1].amountNano + 1);
        settleCredits(book, credits);
        vm.assertTrue(prove(book, TREASURY), "not proven");
        vm.assertFalse(prove(book, providerAccount), "who has more than it earned");
    }

    function test_nothingIsProvenOfAnHonestEpoch() external {
        EpochBooks.Book memory book = settleMoved(honestEpoch(3), 0);
        vm.assertFalse(prove(book, providerAccount), "the provider");
        vm.assertFalse(prove(book, TREASURY), "the treasury");
    }

    function testFuzz_anHonestEpochUnderpaysNobody(uint256 seed) external {
        EpochBooks.Charge[] memory all = honestEpoch(uint64(bounded(seed, 1, 4)));
        for (uint256 i; i < all.length; ++i) {
            all[i].evidence.outcome.units = uint64(bounded(uint256(keccak256(abi.encode(seed, i))), 0, 1000));
            setPrice(all[i], 1, PRICE);
        }
        if (debitsOf(all).length == 0) return;
        EpochBooks.Book memory book = settleMoved(all, 0);
        uint256 some = bounded(seed / 2, 0, all.length - 1);
        uint256[] memory lines = all[some].receipt.credits;
        if (lines.length != 0 && uint32(lines[0] >> 64) == providerAccount) {
            vm.prank(vm.addr(1000));
            bool proven = court.proveUnderpaid(
                book.parts[0].header, providerAccount, statements(book, providerAccount), single(book.leaf(some))
            );
            vm.assertFalse(proven, "by one leaf");
        }
        if (earned(all) != 0) vm.assertFalse(prove(book, providerAccount), "by all");
    }

    /// All but one of the shards come to no more than was credited.
    function test_aShardLessIsNotEnough() external {
        EpochBooks.Book memory book = settleMoved(honestEpoch(2), 1);
        Leaf[] memory leaves = lastLeaves(book, providerAccount);
        Leaf[] memory some = new Leaf[](leaves.length - 1);
        for (uint256 i; i < some.length; ++i) {
            some[i] = leaves[i];
        }
        vm.assertFalse(show(book, providerAccount, statements(book, providerAccount), some), "too few");
        vm.assertTrue(show(book, providerAccount, noStatements(), single(leaves[some.length])), "not proven");
    }

    /// A leaf behind a gap counts from the last one shown: no more than is behind that.
    function test_leavesOfOneShardCountOnce() external {
        EpochBooks.Book memory book = settleMoved(honestEpoch(3), 0);
        Leaf[] memory leaves = new Leaf[](book.charges.length);
        for (uint256 i; i < leaves.length; ++i) {
            leaves[i] = book.leaf(i);
        }
        vm.assertFalse(show(book, providerAccount, statements(book, providerAccount), leaves), "counted twice");
    }

    /// What lies between two leaves that are shown counts by their totals.
    function test_whatLiesBetweenTwoLeavesCounts() external {
        EpochBooks.Book memory book = settleMoved(honestEpoch(3), 1);
        Leaf[] memory last = lastLeaves(book, providerAccount);
        Leaf[] memory leaves = new Leaf[](2 * last.length);
        for (uint256 i; i < last.length; ++i) {
            uint256 first;
            while (book.charges[first].receipt.shard != last[i].receipt.shard) ++first;
            (leaves[2 * i], leaves[2 * i + 1]) = (book.leaf(first), last[i]);
        }
        vm.assertTrue(show(book, providerAccount, statements(book, providerAccount), leaves), "not proven");
    }

    /// Whatever a settler's leaves say that its crony earned: all who were not credited have no more than the part moved.
    function test_noMoreThanThePartMoved() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        EpochBooks.carryTotals(all);
        uint256 last = all.length - 1;
        all[last].receipt.credits[0] = uint256(type(uint64).max) << 96 | uint96(all[last].receipt.credits[0]);
        EpochBooks.Book memory book = bookAsTheyAre(all);
        settleCredits(book, creditsOf(all, 1));
        uint64 sumNano = book.root().sumNano;
        uint64 before = bondNano();
        vm.expectEmit(address(court));
        emit UnderpaymentProven(1, providerAccount, challenger, 0, sumNano, earned(all) - 1, victims(sumNano));
        vm.assertTrue(prove(book, providerAccount), "not proven");
        vm.assertEq(uint256(before - bondNano()), 3 * sumNano + FINE_NANO, "more than the part");
    }

    function test_RevertWhen_nothingIsLeftOfThePart() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        EpochBooks.carryTotals(all);
        uint256 last = all.length - 1;
        all[last].receipt.credits[0] = uint256(type(uint64).max) << 96 | uint96(all[last].receipt.credits[0]);
        EpochBooks.Book memory book = bookAsTheyAre(all);
        settleCredits(book, Epochs.one(cronyAccount, book.root().sumNano));
        vm.assertTrue(prove(book, providerAccount), "not proven");
        CreditStatement[] memory shown = statements(book, TREASURY);
        Leaf[] memory leaves = lastLeaves(book, TREASURY);
        refuses(book, TREASURY, shown, leaves, abi.encodeWithSelector(NothingLeftOfThePart.selector, 1, 0));
    }

    function test_RevertWhen_compensatedBefore() external {
        EpochBooks.Book memory book = settleMoved(honestEpoch(2), 1);
        prove(book, providerAccount);
        refuses(
            book,
            providerAccount,
            noStatements(),
            noLeaves(),
            abi.encodeWithSelector(EarnerCompensated.selector, 1, providerAccount)
        );
    }

    /// Each epoch on its own, with one fine in a bucket.
    function test_theNextEpochIsAnotherClaim() external {
        prove(settleMoved(honestEpoch(1), 1), providerAccount);
        EpochBooks.Book memory book = settleMoved(honestEpoch(1, 2), 1);
        uint64 before = bondNano();
        vm.assertTrue(prove(book, providerAccount), "not proven");
        vm.assertEq(uint256(before - bondNano()), 3 * earned(book.charges), "a second fine");
    }

    /// What a part does not credit, another does.
    function test_theCreditsOfAllPartsCount() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        for (uint256 i; i < all.length; ++i) {
            setCredits(all[i].receipt, 0);
        }
        EpochBooks.Book memory book = settleInTwo(all, 4, 0);
        CreditStatement[] memory shown = statements(book, providerAccount);
        vm.assertFalse(prove(book, providerAccount), "both parts");
        refuses(
            book,
            providerAccount,
            single(shown[1]),
            noLeaves(),
            abi.encodeWithSelector(PartsNotAscending.selector, 1, 1)
        );
        (shown[0], shown[1]) = (shown[1], shown[0]);
        vm.prank(vm.addr(4713));
        vm.expectRevert(abi.encodeWithSelector(PartsNotAscending.selector, 1, 1));
        court.proveUnderpaid(book.parts[0].header, providerAccount, shown, noLeaves());
        shown[0] = shown[1];
        refuses(book, providerAccount, shown, noLeaves(), abi.encodeWithSelector(PartsNotAscending.selector, 1, 0));
    }

    /// The settler of any part is accused, up to what the part moved.
    function test_eitherPartIsAccused() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        for (uint256 i; i < all.length; ++i) {
            setCredits(all[i].receipt, 0);
        }
        EpochBooks.Book memory book = settleInTwo(all, 4, 7);
        uint64 before = earnings(providerAccount);
        CreditStatement[] memory shown = statements(book, providerAccount);
        Leaf[] memory leaves = lastLeaves(book, providerAccount);
        vm.prank(challenger);
        vm.assertTrue(court.proveUnderpaid(book.parts[1].header, providerAccount, shown, leaves), "not proven");
        uint64 movedNano = book.parts[1].header.partSumNano;
        vm.assertEq(uint256(earnings(providerAccount) - before), victims(movedNano), "more than the part moved");
    }

    function test_RevertWhen_thePartIsOfAnotherEpoch() external {
        EpochBooks.Book memory before = settleMoved(honestEpoch(1), 1);
        EpochBooks.Book memory book = settleMoved(honestEpoch(1, 2), 1);
        CreditStatement[] memory shown = statements(before, providerAccount);
        refuses(book, providerAccount, shown, noLeaves(), abi.encodeWithSelector(PartsNotAscending.selector, 1, 0));
    }

    function test_nothingIsProvenOfAnEpochCutShort() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        EpochBooks.Book memory book = settleHalf(all, 4);
        vm.warp(vm.getBlockTimestamp() + vault.VOID_AFTER());
        vm.prank(settler);
        vault.voidRemainder();
        CreditStatement[] memory shown = new CreditStatement[](1);
        shown[0] = book.creditStatement(0, providerAccount);
        Leaf[] memory leaves = lastLeaves(book, providerAccount);
        vm.assertFalse(show(book, providerAccount, shown, leaves), "its parts are not all there");
    }

    function test_RevertWhen_theHeaderIsNotTheVaults() external {
        EpochBooks.Book memory book = settleMoved(honestEpoch(1), 1);
        CreditStatement[] memory shown = statements(book, providerAccount);
        book.parts[0].header.partSumNano += 1;
        bytes memory why = abi.encodeWithSelector(NotTheVaultsHeader.selector, 1, 0);
        refuses(book, providerAccount, noStatements(), noLeaves(), why);
        book.parts[0].header.partSumNano -= 1;
        shown[0].header.l2Block += 1;
        refuses(book, providerAccount, shown, noLeaves(), why);
    }

    function test_RevertWhen_theLeafIsNotThere() external {
        EpochBooks.Book memory book = settleMoved(honestEpoch(1), 1);
        Leaf memory leaf = book.leaf(0);
        leaf.receipt.credits[0] += 1;
        refuses(
            book,
            providerAccount,
            statements(book, providerAccount),
            single(leaf),
            abi.encodeWithSelector(LeafNotProven.selector, 1, leaf.receipt.shard, leaf.receipt.index)
        );
    }

    function test_RevertWhen_theLeafCreditsOthers() external {
        EpochBooks.Book memory book = settleMoved(honestEpoch(1), 1);
        Leaf memory leaf = book.leaf(0);
        refuses(
            book,
            cronyAccount,
            statements(book, cronyAccount),
            single(leaf),
            abi.encodeWithSelector(NotCredited.selector, 1, leaf.receipt.shard, leaf.receipt.index, cronyAccount)
        );
    }

    function test_RevertWhen_theWindowIsOver() external {
        EpochBooks.Book memory book = settleMoved(honestEpoch(1), 1);
        endWindow();
        CreditStatement[] memory shown = statements(book, providerAccount);
        Leaf[] memory leaves = lastLeaves(book, providerAccount);
        refuses(
            book,
            providerAccount,
            shown,
            leaves,
            abi.encodeWithSelector(ISettlerBondsErrors.NotAnswerable.selector, 1, 0, providerAccount)
        );
    }

    /// Its leaves name an account that nobody has opened: what nobody owns is given to nobody.
    function test_RevertWhen_theAccountIsNotOpen() external {
        EpochBooks.Charge[] memory all = honestEpoch(1);
        uint32 account = vault.earningAccounts();
        for (uint256 i; i < all.length; ++i) {
            all[i].receipt.providerAccount = account;
            setCredits(all[i].receipt, 0);
        }
        EpochBooks.Book memory book = bookOf(all);
        settleCredits(book, Epochs.one(cronyAccount, book.root().sumNano));
        CreditStatement[] memory shown = statements(book, account);
        Leaf[] memory leaves = lastLeaves(book, account);
        refuses(
            book,
            account,
            shown,
            leaves,
            abi.encodeWithSelector(ISettlerBondsErrors.NotAnswerable.selector, 1, 0, account)
        );
    }
}
