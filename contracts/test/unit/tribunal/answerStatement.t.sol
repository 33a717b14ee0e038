// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {TribunalTest} from "../../utils/TribunalTest.sol";

contract AnswerStatementTest is TribunalTest {
    using EpochBooks for EpochBooks.Book;

    uint32 private constant VICTIM = 3;

    function refuses(EpochBooks.Book memory book, uint32 account, uint256 first, uint256 last, bytes memory why)
        private
    {
        Leaf memory from = book.leaf(first);
        Leaf memory to = book.leaf(last);
        uint64 demandedNano = debitOf(book, 0, account);
        vm.expectRevert(why);
        court.answerStatement(book.parts[0].header, account, demandedNano, from, to);
    }

    function notOneRow(uint32 account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(NotOneRow.selector, account);
    }

    function test_answersForEveryAccount() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(3));
        for (uint32 account = 1; account <= REQUESTERS; ++account) {
            bytes32 id = challengeStatement(book, account);
            uint256 i = firstOf(book.charges, account);
            vm.expectEmit(address(court));
            emit StatementAnswered(id, position(book, i), position(book, i + 2));
            answerStatement(book, account);
            vm.assertEq(uint256(locksOf(book, account)), 0, "the bond is still locked");
            assertCompensated(book, 0, account, false);
        }
        vm.assertEq(court.depositOf(settler), REQUESTERS * DEPOSIT, "the settler has not the deposits");
    }

    function test_answersByOneLeaf() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(1));
        challengeStatement(book, VICTIM);
        answerStatement(book, VICTIM);
    }

    function test_RevertWhen_aLeafIsLeftOut() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(3));
        uint256 i = firstOf(book.charges, VICTIM);
        uint256 debitNano = debitOf(book, 0, VICTIM);
        challengeStatement(book, VICTIM);
        uint256 first = debitNano - book.charges[i].receipt.debitNano;
        refuses(book, VICTIM, i + 1, i + 2, abi.encodeWithSelector(SumTooSmall.selector, first, debitNano));
        uint256 last = debitNano - book.charges[i + 2].receipt.debitNano;
        refuses(book, VICTIM, i, i + 1, abi.encodeWithSelector(SumTooSmall.selector, last, debitNano));
    }

    function test_RevertWhen_oneNanoMoreIsDebitedThanCharged() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        Epochs.Amount[] memory debits = debitsOf(all);
        (debits[2].amountNano, debits[3].amountNano) = (debits[2].amountNano + 1, debits[3].amountNano - 1);
        EpochBooks.Book memory book = settleBook(all, debits);
        challengeStatement(book, VICTIM);
        uint256 i = firstOf(all, VICTIM);
        uint256 debitNano = debitOf(book, 0, VICTIM);
        refuses(book, VICTIM, i, i + 1, abi.encodeWithSelector(SumTooSmall.selector, debitNano - 1, debitNano));
        passResponse();
        court.conclude(1, 0, VICTIM, Kind.Statement, uint64(debitNano));
        assertConvicted(book, VICTIM);
    }

    function test_answersWhatIsDebitedTooLittle() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        Epochs.Amount[] memory debits = debitsOf(all);
        (debits[2].amountNano, debits[3].amountNano) = (debits[2].amountNano - 1, debits[3].amountNano + 1);
        EpochBooks.Book memory book = settleBook(all, debits);
        challengeStatement(book, VICTIM);
        answerStatement(book, VICTIM);
    }

    function test_RevertWhen_aLeafIsAnothers() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        challengeStatement(book, 1);
        uint256 i = firstOf(book.charges, 1);
        vm.assertEq(uint256(book.charges[i + 2].receipt.requesterAccount), 5, "the next of the shard");
        refuses(book, 1, i, i + 2, notOneRow(1));
        refuses(book, 5, i, i + 2, notOneRow(5));
    }

    function test_RevertWhen_theLastIsBeforeTheFirst() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        challengeStatement(book, VICTIM);
        uint256 i = firstOf(book.charges, VICTIM);
        refuses(book, VICTIM, i + 1, i, notOneRow(VICTIM));
    }

    /// A leaf of another shard has everything between before it: what others pay would count.
    function test_RevertWhen_theLeavesAreInTwoShards() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        all[all.length - 1].receipt.requesterAccount = 1;
        all[all.length - 1].receipt.sequence = 2;
        EpochBooks.Book memory book = settleBook(all);
        challengeStatement(book, 1);
        refuses(book, 1, firstOf(all, 1), all.length - 1, notOneRow(1));
    }

    function test_RevertWhen_anothersLeafLiesBetween() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        uint256 i = firstOf(all, 1);
        (all[i + 1].receipt.index, all[i + 2].receipt.index) = (i32(all[i + 2]), i32(all[i + 1]));
        EpochBooks.Book memory book = settleBook(all);
        challengeStatement(book, 1);
        refuses(book, 1, i, i + 1, notOneRow(1));
    }

    function i32(EpochBooks.Charge memory charge) private pure returns (uint32) {
        return charge.receipt.index;
    }

    function test_RevertWhen_theFirstIsNotProven() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        challengeStatement(book, VICTIM);
        uint256 i = firstOf(book.charges, VICTIM);
        Leaf memory first = book.leaf(i);
        first.sumsNano[1] += 1;
        vm.expectRevert(abi.encodeWithSelector(LeafNotProven.selector, 1, 3, 0));
        court.answerStatement(book.parts[0].header, VICTIM, 0, first, book.leaf(i + 1));
    }

    function test_RevertWhen_theLastIsNotProven() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        challengeStatement(book, VICTIM);
        uint256 i = firstOf(book.charges, VICTIM);
        Leaf memory last = book.leaf(i + 1);
        last.receipt.debitNano += 1;
        vm.expectRevert(abi.encodeWithSelector(LeafNotProven.selector, 1, 3, 1));
        court.answerStatement(book.parts[0].header, VICTIM, 0, book.leaf(i), last);
    }

    function test_RevertWhen_theHeaderIsNotTheVaults() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(1));
        challengeStatement(book, VICTIM);
        book.parts[0].header.part = 1;
        Leaf memory leaf = book.leaf(firstOf(book.charges, VICTIM));
        vm.expectRevert(abi.encodeWithSelector(NotTheVaultsHeader.selector, 1, 1));
        court.answerStatement(book.parts[0].header, VICTIM, 0, leaf, leaf);
    }

    /// What was demanded of all parts is not answered by less.
    function test_RevertWhen_lessIsAnsweredThanDemanded() external {
        EpochBooks.Book memory book = settleHalf(honestEpoch(2), VICTIM);
        settleRest(book, VICTIM, 7);
        uint64 debitNano = debitOf(book, 0, VICTIM);
        Statement[] memory others = new Statement[](1);
        others[0] = book.statement(1, VICTIM);
        vm.prank(challenger);
        court.challengeStatement{value: DEPOSIT}(book.statement(0, VICTIM), others);
        uint256 i = firstOf(book.charges, VICTIM);
        bytes32 id = court.challengeOf(1, 0, VICTIM, Kind.Statement, debitNano);
        refuses(book, VICTIM, i, i + 1, abi.encodeWithSelector(NotOpen.selector, id));
        Leaf memory first = book.leaf(i);
        Leaf memory last = book.leaf(i + 1);
        vm.expectRevert(abi.encodeWithSelector(SumTooSmall.selector, debitNano, debitNano + 7));
        court.answerStatement(book.parts[0].header, VICTIM, debitNano + 7, first, last);
    }
}
