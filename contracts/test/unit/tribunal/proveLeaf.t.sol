// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {TribunalTest} from "../../utils/TribunalTest.sol";

contract ProveLeafTest is TribunalTest {
    using EpochBooks for EpochBooks.Book;

    uint32 private constant VICTIM = 3;

    /// @dev An honest epoch, and the number of the victim's first charge in it.
    function charges() private view returns (EpochBooks.Charge[] memory all, uint256 i) {
        all = honestEpoch(2);
        i = firstOf(all, VICTIM);
    }

    function proves(EpochBooks.Charge[] memory all, uint256 i, Fault fault) private {
        EpochBooks.Book memory book = settleBook(all);
        uint64 debitNano = debitOf(book, 0, VICTIM);
        vm.expectEmit(address(court));
        emit FaultProven(1, VICTIM, challenger, 0, fault, debitNano, victims(debitNano));
        vm.prank(challenger);
        Fault found = court.proveLeaf(book.statement(0, VICTIM), book.leaf(i));
        vm.assertEq(uint256(found), uint256(fault), "another fault");
        assertConvicted(book, VICTIM);
    }

    function refuses(EpochBooks.Charge[] memory all, uint256 i) private {
        EpochBooks.Book memory book = settleBook(all);
        vm.expectRevert(abi.encodeWithSelector(NoFault.selector));
        court.proveLeaf(book.statement(0, VICTIM), book.leaf(i));
    }

    function test_provesOneNanoTooMuch() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].receipt.debitNano += 1;
        setCredits(all[i].receipt, all[i].receipt.debitNano * FEE / 10_000);
        proves(all, i, Fault.WrongArithmetic);
    }

    function test_provesOneNanoTooLittle() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].receipt.debitNano -= 1;
        setCredits(all[i].receipt, all[i].receipt.debitNano * FEE / 10_000);
        proves(all, i, Fault.WrongArithmetic);
    }

    /// A product that comes to nothing when it is cut to 64 bits.
    function test_provesAProductThatWrapsAround() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].receipt.units = 2 ** 63;
        all[i].receipt.priceNanoPerMillion = 2;
        all[i].receipt.debitNano = 0;
        setCredits(all[i].receipt, 0);
        proves(all, i, Fault.WrongArithmetic);
    }

    function test_RevertWhen_aMillionUnitsCostTheirPrice() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].evidence.outcome.units = 1_000_000;
        setPrice(all[i], 1, PRICE);
        vm.assertEq(uint256(all[i].receipt.debitNano), PRICE, "the price is for another number of units");
        refuses(all, i);
    }

    /// A millionth of a nano-USD costs one.
    function test_theLeastIsRoundedUp() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        registry.register("odd", 1, "");
        all[i].evidence.outcome.units = 1;
        all[i].receipt.model = "odd";
        setPrice(all[i], 1, 1);
        vm.assertEq(uint256(all[i].receipt.debitNano), 1, "not rounded up");
        refuses(all, i);
    }

    function test_provesAPriceThatWasNeverAnnounced() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        setPrice(all[i], 1, PRICE + 1_000_000);
        proves(all, i, Fault.WrongPrice);
    }

    function test_provesAVersionThatIsNotThere() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].receipt.priceVersion = 4;
        proves(all, i, Fault.WrongPrice);
    }

    function test_provesVersionZero() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].receipt.priceVersion = 0;
        proves(all, i, Fault.WrongPrice);
    }

    function test_provesAModelThatIsNotThere() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].receipt.model = "nowhere";
        proves(all, i, Fault.WrongPrice);
    }

    /// Version 2 counts from `second` on, version 3 from one second later.
    function timed(uint32 version, uint64 price, uint64 admittedMillis)
        private
        view
        returns (EpochBooks.Charge[] memory all, uint256 i)
    {
        (all, i) = charges();
        setPrice(all[i], version, price);
        all[i].receipt.admittedMillis = admittedMillis;
    }

    function second() private view returns (uint64 effectiveFrom) {
        (,, effectiveFrom) = registry.priceOf(MODEL, 2);
    }

    function test_provesThePriceOfTheNextVersion() external {
        (EpochBooks.Charge[] memory all, uint256 i) = timed(2, 2 * PRICE, second() * 1000 - 1);
        proves(all, i, Fault.WrongPrice);
    }

    function test_acceptsAPriceFromItsFirstMillisecond() external {
        (EpochBooks.Charge[] memory all, uint256 i) = timed(2, 2 * PRICE, second() * 1000);
        refuses(all, i);
    }

    function test_acceptsAPriceToItsLastMillisecond() external {
        (EpochBooks.Charge[] memory all, uint256 i) = timed(2, 2 * PRICE, second() * 1000 + 999);
        refuses(all, i);
    }

    function test_provesAPriceThatHasEnded() external {
        (EpochBooks.Charge[] memory all, uint256 i) = timed(2, 2 * PRICE, second() * 1000 + 1000);
        proves(all, i, Fault.WrongPrice);
    }

    function test_acceptsTheNewestPriceForEver() external {
        (EpochBooks.Charge[] memory all, uint256 i) = timed(3, 3 * PRICE, type(uint64).max);
        refuses(all, i);
    }

    function test_provesAFeeOfOneNanoMore() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        setCredits(all[i].receipt, all[i].receipt.debitNano * FEE / 10_000 + 1);
        proves(all, i, Fault.WrongCredits);
    }

    function test_provesACreditToAnother() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].receipt.credits[0] += 1 << 64;
        proves(all, i, Fault.WrongCredits);
    }

    function test_provesAllToTheTreasury() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].receipt.credits = new uint256[](1);
        all[i].receipt.credits[0] = all[i].receipt.debitNano;
        proves(all, i, Fault.WrongCredits);
    }

    function test_provesAMissingFee() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        uint256 provider = all[i].receipt.credits[0];
        all[i].receipt.credits = new uint256[](1);
        all[i].receipt.credits[0] = provider;
        proves(all, i, Fault.WrongCredits);
    }

    function test_provesALineTooMany() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        uint256[] memory two = all[i].receipt.credits;
        all[i].receipt.credits = new uint256[](3);
        (all[i].receipt.credits[0], all[i].receipt.credits[1]) = (two[0], two[1]);
        proves(all, i, Fault.WrongCredits);
    }

    function test_provesCreditsOfNone() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].receipt.credits = new uint256[](0);
        proves(all, i, Fault.WrongCredits);
    }

    function test_acceptsAChargeOfNothingWithoutLines() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i] = honest(VICTIM, 1, 0);
        (all[i].receipt.shard, all[i].receipt.index) = (3, 0);
        vm.assertEq(all[i].receipt.credits.length, 0, "a line of nothing");
        refuses(all, i);
    }

    function test_acceptsAFeeOfAll() external {
        vm.prank(admin);
        registry.setFee(10_000);
        registry.register("taxed", PRICE, "");
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].receipt.model = "taxed";
        setCredits(all[i].receipt, all[i].receipt.debitNano);
        refuses(all, i);
    }

    function test_acceptsNoFee() external {
        vm.prank(admin);
        registry.setFee(0);
        registry.register("untaxed", PRICE, "");
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].receipt.model = "untaxed";
        setCredits(all[i].receipt, 0);
        refuses(all, i);
    }

    function test_anHonestChargeIsNoFault() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        refuses(all, i);
    }

    /// Above the total there is nothing.
    function test_provesABitAboveTheTotal() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        EpochBooks.carryTotals(all);
        all[i].receipt.credits[0] |= 1 << 160;
        EpochBooks.Book memory book = bookAsTheyAre(all);
        settleTree(book, debitsOf(all));
        Fault found = court.proveLeaf(book.statement(0, VICTIM), book.leaf(i));
        vm.assertEq(uint256(found), uint256(Fault.WrongCredits), "another fault");
    }

    /// @dev The treasury ran it: `forgottenNano` of its first line are not in the total of its second.
    function byTheTreasury(uint256 forgottenNano) private returns (EpochBooks.Book memory book, uint256 i) {
        EpochBooks.Charge[] memory all;
        (all, i) = charges();
        all[i].receipt.providerAccount = 0;
        setCredits(all[i].receipt, all[i].receipt.debitNano * FEE / 10_000);
        EpochBooks.carryTotals(all);
        all[i].receipt.credits[1] -= forgottenNano << 96;
        book = bookAsTheyAre(all);
        settleTree(book, debitsOf(all));
    }

    function test_provesASecondLineThatForgetsTheFirst() external {
        (EpochBooks.Book memory book, uint256 i) = byTheTreasury(1);
        Fault found = court.proveLeaf(book.statement(0, VICTIM), book.leaf(i));
        vm.assertEq(uint256(found), uint256(Fault.WrongCredits), "another fault");
    }

    function test_RevertWhen_theTreasuryRanIt() external {
        (EpochBooks.Book memory book, uint256 i) = byTheTreasury(0);
        vm.expectRevert(abi.encodeWithSelector(NoFault.selector));
        court.proveLeaf(book.statement(0, VICTIM), book.leaf(i));
    }

    /// There are no lines then.
    function test_RevertWhen_theTreasuryFailed() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].receipt.providerAccount = 0;
        all[i].evidence.outcome.units = 0;
        setPrice(all[i], 1, PRICE);
        refuses(all, i);
    }
}
