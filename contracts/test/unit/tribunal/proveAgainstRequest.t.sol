// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {TribunalTest} from "../../utils/TribunalTest.sol";

contract ProveAgainstRequestTest is TribunalTest {
    using EpochBooks for EpochBooks.Book;

    uint32 private constant VICTIM = 3;

    function charges() private view returns (EpochBooks.Charge[] memory all, uint256 i) {
        all = honestEpoch(1);
        i = firstOf(all, VICTIM);
    }

    function proves(EpochBooks.Charge[] memory all, uint256 i, Fault fault) private {
        EpochBooks.Book memory book = settleBook(all);
        uint64 debitNano = debitOf(book, 0, VICTIM);
        vm.expectEmit(address(court));
        emit FaultProven(1, VICTIM, challenger, 0, fault, debitNano, victims(debitNano));
        vm.prank(challenger);
        Fault found = court.proveAgainstRequest(book.statement(0, VICTIM), book.leaf(i), all[i].evidence.request);
        vm.assertEq(uint256(found), uint256(fault), "another fault");
        assertConvicted(book, VICTIM);
    }

    function refuses(EpochBooks.Charge[] memory all, uint256 i) private {
        EpochBooks.Book memory book = settleBook(all);
        vm.expectRevert(abi.encodeWithSelector(NoFault.selector));
        court.proveAgainstRequest(book.statement(0, VICTIM), book.leaf(i), all[i].evidence.request);
    }

    function test_provesAChargeAboveTheMostSigned() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].evidence.request.maxFeeNano = all[i].receipt.debitNano - 1;
        sign(all[i]);
        proves(all, i, Fault.Overcharged);
    }

    function test_acceptsTheMostSigned() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].evidence.request.maxFeeNano = all[i].receipt.debitNano;
        sign(all[i]);
        refuses(all, i);
    }

    function test_provesAnotherRequestersRequest() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].evidence.request.requester = vm.addr(VICTIM + 1);
        sign(all[i]);
        proves(all, i, Fault.WrongAccount);
    }

    /// Whoever has no account is charged nothing, in nobody's place.
    function test_provesARequesterWithoutAnAccount() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].evidence.request.requester = stranger;
        sign(all[i]);
        proves(all, i, Fault.WrongAccount);
    }

    function test_provesAnotherModel() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].evidence.request.model = "a cheaper one";
        sign(all[i]);
        proves(all, i, Fault.WrongModel);
    }

    function test_provesAMillisecondAfterTheDeadline() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].evidence.request.deadline = all[i].receipt.admittedMillis - 1;
        sign(all[i]);
        proves(all, i, Fault.AfterDeadline);
    }

    function test_acceptsTheLastMillisecond() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].evidence.request.deadline = all[i].receipt.admittedMillis;
        sign(all[i]);
        refuses(all, i);
    }

    function test_RevertWhen_theRequestIsAnother() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        EpochBooks.Book memory book = settleBook(all);
        InferenceRequest memory request = all[i].evidence.request;
        request.maxFeeNano = 0;
        vm.expectRevert(
            abi.encodeWithSelector(RequestNotOfTheLeaf.selector, all[i].receipt.requestId, digestOf(request))
        );
        court.proveAgainstRequest(book.statement(0, VICTIM), book.leaf(i), request);
    }

    /// Every field of the request is in its id.
    function testFuzz_noOtherRequestFits(uint8 field, uint64 other) external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        EpochBooks.Book memory book = settleBook(all);
        InferenceRequest memory request = all[i].evidence.request;
        field %= 7;
        if (field == 0) request.requester = address(uint160(other));
        if (field == 1) request.model = bytes32(uint256(other));
        if (field == 2) request.inputHash = bytes32(uint256(other));
        if (field == 3) request.optionsHash = bytes32(uint256(other) + 1);
        if (field == 4) request.maxFeeNano = other == request.maxFeeNano ? 0 : other;
        if (field == 5) request.deadline = other == request.deadline ? 0 : other;
        if (field == 6) request.nonce = other == request.nonce ? 0 : other;
        vm.expectRevert(
            abi.encodeWithSelector(RequestNotOfTheLeaf.selector, all[i].receipt.requestId, digestOf(request))
        );
        court.proveAgainstRequest(book.statement(0, VICTIM), book.leaf(i), request);
    }
}
