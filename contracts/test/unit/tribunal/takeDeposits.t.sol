// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ITribunal} from "../../../src/interfaces/ITribunal.sol";
import {EpochBooks} from "../../utils/EpochBooks.sol";
import {TribunalTest} from "../../utils/TribunalTest.sol";

contract TakeDepositsTest is TribunalTest {
    using EpochBooks for EpochBooks.Book;

    uint32 private constant VICTIM = 3;

    /// @dev The settler has earned one, and another is open.
    function earn() private {
        EpochBooks.Book memory book = settleBook(honestEpoch(2));
        challengeLeaf(book, VICTIM, 3, 0);
        challengeLeaf(book, VICTIM, 3, 1);
        answerLeaf(book, firstOf(book.charges, VICTIM));
    }

    function test_paysWhatHasComeToTheCaller() external {
        earn();
        vm.expectEmit(address(court));
        emit DepositTaken(settler, stranger, DEPOSIT);
        vm.prank(settler);
        vm.assertEq(court.takeDeposits(stranger), DEPOSIT, "another amount");
        vm.assertEq(stranger.balance, DEPOSIT, "not paid");
        vm.assertEq(address(court).balance, DEPOSIT, "what is open was paid");
        vm.assertEq(court.depositOf(settler), 0, "it can be taken again");
    }

    function test_theLeastDepositComesToo() external {
        newTribunal(RESPONSE, 1);
        openAccounts();
        EpochBooks.Book memory book = settleBook(honestEpoch(1));
        vm.prank(challenger);
        court.challengeLeaf{value: 1}(book.statement(0, VICTIM), 3, 0);
        answerLeaf(book, firstOf(book.charges, VICTIM));
        vm.assertEq(court.depositOf(settler), 1, "a wei is lost");
    }

    function test_RevertWhen_nothingHasCome() external {
        earn();
        vm.expectRevert(abi.encodeWithSelector(NothingDeposited.selector, challenger));
        vm.prank(challenger);
        court.takeDeposits(challenger);
    }

    function test_RevertWhen_theReceiverRefuses() external {
        earn();
        vm.expectRevert(abi.encodeWithSelector(DepositNotTaken.selector, address(dollar)));
        vm.prank(settler);
        court.takeDeposits(address(dollar));
        vm.assertEq(court.depositOf(settler), DEPOSIT, "lost");
    }

    /// Whoever is paid calls again from inside the payment.
    function test_paysOnce() external {
        earn();
        vm.etch(settler, type(TakesAgain).runtimeCode);
        vm.prank(settler);
        court.takeDeposits(settler);
        vm.assertEq(settler.balance, DEPOSIT, "paid twice");
        vm.assertEq(address(court).balance, DEPOSIT, "what is open was paid");
    }
}

contract TakesAgain {
    receive() external payable {
        try ITribunal(msg.sender).takeDeposits(address(this)) {} catch {}
    }
}
