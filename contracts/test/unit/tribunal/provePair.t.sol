// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {TribunalTest} from "../../utils/TribunalTest.sol";

contract ProvePairTest is TribunalTest {
    using EpochBooks for EpochBooks.Book;

    uint32 private constant VICTIM = 3;

    function proves(EpochBooks.Book memory book, uint256 i, EpochBooks.Book memory before, uint256 j, Fault fault)
        private
    {
        uint32 account = book.charges[i].receipt.requesterAccount;
        uint64 debitNano = debitOf(book, 0, account);
        vm.expectEmit(address(court));
        emit FaultProven(book.parts[0].header.epoch, account, challenger, 0, fault, debitNano, victims(debitNano));
        Statement memory statement = book.statement(0, account);
        Leaf memory leaf = book.leaf(i);
        Leaf memory other = before.leaf(j);
        Statement memory paid = before.statement(0, account);
        bool oneEpoch = book.parts[0].header.epoch == before.parts[0].header.epoch;
        vm.prank(challenger);
        Fault found =
            oneEpoch ? court.provePair(statement, leaf, other) : court.provePairOfEpochs(statement, leaf, paid, other);
        vm.assertEq(uint256(found), uint256(fault), "another fault");
        assertConvicted(book, account);
    }

    function refuses(EpochBooks.Book memory book, uint256 i, EpochBooks.Book memory before, uint256 j) private {
        refuses(book, i, before, j, abi.encodeWithSelector(NoFault.selector));
    }

    function refuses(EpochBooks.Book memory book, uint256 i, EpochBooks.Book memory before, uint256 j, bytes memory why)
        private
    {
        Statement memory statement = book.statement(0, book.charges[i].receipt.requesterAccount);
        Leaf memory leaf = book.leaf(i);
        Leaf memory other = before.leaf(j);
        if (book.parts[0].header.epoch == before.parts[0].header.epoch) {
            vm.expectRevert(why);
            court.provePair(statement, leaf, other);
        } else {
            refuses(book, i, before.statement(0, other.receipt.requesterAccount), other, why);
        }
    }

    function refuses(EpochBooks.Book memory book, uint256 i, Statement memory paid, Leaf memory other, bytes memory why)
        private
    {
        Statement memory statement = book.statement(0, book.charges[i].receipt.requesterAccount);
        Leaf memory leaf = book.leaf(i);
        vm.expectRevert(why);
        court.provePairOfEpochs(statement, leaf, paid, other);
    }

    /// @dev The same request and outcome as charge `j`, elsewhere.
    function copy(EpochBooks.Charge[] memory all, uint256 i, EpochBooks.Charge memory from) private pure {
        all[i].receipt.requestId = from.receipt.requestId;
        all[i].evidence = from.evidence;
    }

    function test_provesADoubleChargeInOneEpoch() external {
        EpochBooks.Charge[] memory all = honestEpoch(3);
        uint256 i = firstOf(all, VICTIM);
        copy(all, i + 2, all[i]);
        EpochBooks.Book memory book = settleBook(all);
        proves(book, i + 2, book, i, Fault.DoubleCharge);
    }

    /// Either of the two is accused.
    function test_provesTheFirstOfADoubleChargeToo() external {
        EpochBooks.Charge[] memory all = honestEpoch(3);
        uint256 i = firstOf(all, VICTIM);
        copy(all, i + 2, all[i]);
        EpochBooks.Book memory book = settleBook(all);
        proves(book, i, book, i + 2, Fault.DoubleCharge);
    }

    function test_provesADoubleChargeOfTwoAccounts() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        uint256 i = firstOf(all, VICTIM);
        copy(all, i, all[firstOf(all, 4)]);
        EpochBooks.Book memory book = settleBook(all);
        proves(book, i, book, firstOf(all, 4), Fault.DoubleCharge);
    }

    function test_provesADoubleChargeInALaterEpoch() external {
        EpochBooks.Book memory before = settleBook(honestEpoch(2));
        EpochBooks.Charge[] memory all = honestEpoch(2, 3);
        uint256 i = firstOf(all, VICTIM);
        copy(all, i + 1, before.charges[i]);
        EpochBooks.Book memory book = settleBook(all);
        proves(book, i + 1, before, i, Fault.DoubleCharge);
        assertCompensated(before, 0, VICTIM, false);
    }

    function test_RevertWhen_theOtherIsLater() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        EpochBooks.Book memory before = settleBook(all);
        EpochBooks.Charge[] memory later = honestEpoch(2, 3);
        copy(later, 0, all[0]);
        EpochBooks.Book memory book = settleBook(later);
        refuses(before, 0, book, 0, abi.encodeWithSelector(PairOutOfOrder.selector, 1, 2));
        Statement memory same = before.statement(0, all[1].receipt.requesterAccount);
        refuses(before, 0, same, before.leaf(1), abi.encodeWithSelector(PairOutOfOrder.selector, 1, 1));
    }

    /// A leaf is not its own double.
    function test_RevertWhen_itIsTheSameLeaf() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        refuses(book, 1, book, 1);
    }

    function test_RevertWhen_theLeavesAreHonest() external {
        EpochBooks.Book memory before = settleBook(honestEpoch(2));
        EpochBooks.Book memory book = settleBook(honestEpoch(2, 3));
        for (uint256 i; i < book.charges.length; ++i) {
            for (uint256 j; j < before.charges.length; ++j) {
                refuses(book, i, before, j);
                refuses(book, i, book, j);
            }
        }
    }

    /// Who was compensated for an epoch may be charged for what it had asked, once more and honestly.
    function test_RevertWhen_theEarlierChargesAreVoid() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        uint256 i = firstOf(all, VICTIM);
        all[i].receipt.priceVersion = 7;
        EpochBooks.Book memory before = settleBook(all);
        court.proveLeaf(before.statement(0, VICTIM), before.leaf(i));
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        refuses(book, i, before, i, abi.encodeWithSelector(LeafVoid.selector, 1, VICTIM));
        proves(book, 0, before, 0, Fault.DoubleCharge);
    }

    /// What is void by a later part is void by whatever part's header it is shown.
    function test_RevertWhen_theyAreVoidByALaterPart() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        uint256 i = firstOf(all, 5);
        all[i].receipt.priceVersion = 7;
        EpochBooks.Book memory before = settleHalf(all, VICTIM);
        settleRest(before, VICTIM, 0);
        vm.assertFalse(court.isVoid(1, 5), "void before it is proven");
        court.proveLeaf(before.statement(1, 5), before.leaf(i));
        vm.assertTrue(court.isVoid(1, 5), "not void by the second part");
        vm.assertFalse(court.isVoid(1, 4), "another's charges are void");
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        Statement memory paid = before.statement(1, 5);
        refuses(book, i + 1, paid, before.leaf(i + 1), abi.encodeWithSelector(LeafVoid.selector, 1, 5));
    }

    /// It is paid in the second part, and what the first one debits of nobody's neighbour does not count.
    function test_provesADoubleChargeOfWhatALaterPartDebits() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        uint256 i = firstOf(all, 5);
        EpochBooks.Book memory before = settleHalf(all, VICTIM);
        settleRest(before, VICTIM, 0);
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        Statement memory unpaid = before.statement(0, 5);
        refuses(book, i, unpaid, before.leaf(i), abi.encodeWithSelector(StatementNotOpened.selector, 1, 0, 5));
        Statement memory statement = book.statement(0, 5);
        court.provePairOfEpochs(statement, book.leaf(i), before.statement(1, 5), before.leaf(i));
        assertConvicted(book, 5);
    }

    function test_provesANumberThatDoesNotGrow() external {
        EpochBooks.Book memory before = settleBook(honestEpoch(2));
        EpochBooks.Charge[] memory all = honestEpoch(2, 9);
        uint256 i = firstOf(all, VICTIM);
        all[i].receipt.sequence = 2;
        proves(settleBook(all), i, before, i + 1, Fault.Sequence);
    }

    /// Each account counts for itself.
    function test_RevertWhen_aLowerNumberIsAnotherAccounts() external {
        EpochBooks.Charge[] memory first = new EpochBooks.Charge[](1);
        first[0] = honest(5, 9, 100);
        EpochBooks.Charge[] memory second = new EpochBooks.Charge[](1);
        second[0] = honest(VICTIM, 1, 100);
        EpochBooks.Book memory before = settleBook(first);
        refuses(settleBook(second), 0, before, 0);
    }

    /// The account's own statement stands for it, and no other's.
    function test_RevertWhen_theStatementIsNotOfTheOthersAccount() external {
        EpochBooks.Book memory before = settleBook(honestEpoch(2));
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        uint256 i = firstOf(book.charges, VICTIM);
        Statement memory paid = before.statement(0, 4);
        refuses(book, i, paid, before.leaf(i), abi.encodeWithSelector(AnotherAccount.selector, 4, VICTIM));
    }

    function test_provesTwoNumbersOfOnePlaceApart() external {
        EpochBooks.Charge[] memory all = honestEpoch(3);
        uint256 i = firstOf(all, VICTIM);
        all[i + 1].receipt.sequence = 3;
        EpochBooks.Book memory book = settleBook(all);
        proves(book, i, book, i + 1, Fault.Sequence);
    }

    function test_provesNumbersThatFall() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        uint256 i = firstOf(all, VICTIM);
        (all[i].receipt.sequence, all[i + 1].receipt.sequence) = (2, 1);
        EpochBooks.Book memory book = settleBook(all);
        proves(book, i, book, i + 1, Fault.Sequence);
    }

    function test_provesAnAccountInTwoShards() external {
        EpochBooks.Charge[] memory all = honestEpoch(2);
        all[all.length - 1].receipt.requesterAccount = 1;
        all[all.length - 1].receipt.sequence = 3;
        EpochBooks.Book memory book = settleBook(all);
        proves(book, firstOf(all, 1), book, all.length - 1, Fault.Sequence);
    }

    /// Accounts 1 and 5 share a shard.
    function test_provesAccountsOutOfOrder() external {
        EpochBooks.Charge[] memory all = honestEpoch(1);
        uint256 i = firstOf(all, 1);
        (all[i].receipt.index, all[i + 1].receipt.index) = (1, 0);
        EpochBooks.Book memory book = settleBook(all);
        proves(book, i, book, i + 1, Fault.Sequence);
    }

    function test_provesAStrangersLeafInARow() external {
        EpochBooks.Charge[] memory all = honestEpoch(3);
        uint256 i = firstOf(all, 5);
        (all[i].receipt.index, all[i - 1].receipt.index) = (all[i - 1].receipt.index, all[i].receipt.index);
        EpochBooks.Book memory book = settleBook(all);
        proves(book, i - 1, book, i, Fault.Sequence);
    }

    function test_RevertWhen_theOtherHeaderIsNotTheVaults() external {
        EpochBooks.Book memory before = settleBook(honestEpoch(2));
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        Statement memory paid = before.statement(0, VICTIM);
        paid.header.l2Block += 1;
        uint256 i = firstOf(book.charges, VICTIM);
        refuses(book, i, paid, before.leaf(i), abi.encodeWithSelector(NotTheVaultsHeader.selector, 1, 0));
    }

    function test_RevertWhen_theOtherLeafIsNotProven() external {
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        Leaf memory other = book.leaf(0);
        other.receipt.requestId = book.charges[1].receipt.requestId;
        vm.expectRevert(abi.encodeWithSelector(LeafNotProven.selector, 1, 0, 0));
        court.provePair(book.statement(0, 4), book.leaf(1), other);
    }

    /// @dev Three charges of each account, of which the victim's second says that its provider had a nano-USD less.
    function shortTotal() private returns (EpochBooks.Book memory book, uint256 i) {
        EpochBooks.Charge[] memory all = honestEpoch(3);
        EpochBooks.carryTotals(all);
        i = firstOf(all, VICTIM) + 1;
        all[i].receipt.credits[0] -= 1 << 96;
        book = bookAsTheyAre(all);
        settleTree(book, debitsOf(all));
    }

    function test_provesATotalThatFallsBehind() external {
        (EpochBooks.Book memory book, uint256 i) = shortTotal();
        proves(book, i, book, i - 1, Fault.WrongTotal);
    }

    /// Either of the two is accused.
    function test_provesTheOneBeforeAFallenTotalToo() external {
        (EpochBooks.Book memory book, uint256 i) = shortTotal();
        proves(book, i - 1, book, i, Fault.WrongTotal);
    }

    function test_RevertWhen_theTotalCarriesOn() external {
        (EpochBooks.Book memory book, uint256 i) = shortTotal();
        refuses(book, i + 1, book, i - 1);
        refuses(book, i + 1, book, i);
    }

    /// The earlier has two lines, the later only that of the account whose total falls.
    function test_provesATotalOfTheSecondLine() external {
        EpochBooks.Charge[] memory all = honestEpoch(3);
        uint256 i = firstOf(all, VICTIM) + 1;
        setCredits(all[i].receipt, all[i].receipt.debitNano);
        EpochBooks.carryTotals(all);
        all[i].receipt.credits[0] -= 1 << 96;
        EpochBooks.Book memory book = bookAsTheyAre(all);
        settleTree(book, debitsOf(all));
        proves(book, i, book, i - 1, Fault.WrongTotal);
    }

    /// The later has two lines, the earlier only that of the account whose total falls.
    function test_provesATotalOfTheSecondLineAfterASingleOne() external {
        EpochBooks.Charge[] memory all = honestEpoch(3);
        uint256 i = firstOf(all, VICTIM) + 1;
        setCredits(all[i - 1].receipt, all[i - 1].receipt.debitNano);
        EpochBooks.carryTotals(all);
        all[i].receipt.credits[1] -= 1 << 96;
        EpochBooks.Book memory book = bookAsTheyAre(all);
        settleTree(book, debitsOf(all));
        proves(book, i, book, i - 1, Fault.WrongTotal);
    }

    /// A line is compared with that of its own account, wherever it stands in the other leaf.
    function test_RevertWhen_linesStandAtOtherPlaces() external {
        for (uint256 single; single < 2; ++single) {
            EpochBooks.Charge[] memory all = honestEpoch(3, uint64(1 + 3 * single));
            uint256 i = firstOf(all, VICTIM) + 1;
            setCredits(all[i - single].receipt, all[i - single].receipt.debitNano);
            EpochBooks.Book memory book = settleBook(all);
            refuses(book, i, book, i - 1);
        }
    }
}
