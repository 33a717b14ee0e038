// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Epochs} from "../../utils/Epochs.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

contract RequestWithdrawalTest is VaultTest {
    uint32 private account;

    function setUp() public override {
        super.setUp();
        account = deposit(requester, 10);
    }

    function test_opensARequestAndMovesNothing() external {
        vm.expectEmit(address(vault));
        emit WithdrawalRequested(account, requester, 1, 4000);
        vm.assertEq(uint256(request(requester, 4000)), 1, "requests do not count from 1");
        (address owner, uint32 last, uint64 openNano, uint64 releasedNano, uint64 requestedAt,) =
            vault.spendingAccount(account);
        vm.assertEq(owner, requester, "owner");
        vm.assertTrue(last == 1 && openNano == 4000 && releasedNano == 0, "the request is not open");
        vm.assertEq(uint256(requestedAt), block.timestamp, "when it was asked for");
        assertSpending(account, 10 * SCALE, "a request moved money");
    }

    function test_aNewRequestFollowsAClosedOne() external {
        request(requester, 4000);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.release(account, 1, 4000)));
        vm.assertEq(uint256(request(requester, 6000)), 2, "the second request's number");
    }

    function test_worksWhilePaused() external {
        pauseVault();
        request(requester, 1);
    }

    function test_RevertWhen_oneIsOpen() external {
        request(requester, 1);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(WithdrawalAlreadyOpen.selector, account, 1));
        vault.requestWithdrawal(1);
    }

    function test_RevertWhen_amountIsZero() external {
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(NothingRequested.selector, requester));
        vault.requestWithdrawal(0);
    }

    function test_RevertWhen_moreThanTheBalance() external {
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(InsufficientBalance.selector, account, 10_000, 10_001));
        vault.requestWithdrawal(10_001);
    }

    function test_RevertWhen_callerHasNoAccount() external {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(NoSpendingAccount.selector, stranger));
        vault.requestWithdrawal(1);
    }

    /// Requested, released and not taken up to the last nano-USD: the epoch that released more would fail.
    function test_RevertWhen_moreWouldBeReleasedThanABalanceHolds() external {
        uint64 allNano = uint64((2 ** 63 - 1) / SCALE * SCALE);
        deposit(requester, allNano / SCALE - 10);
        request(requester, allNano);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.release(account, 1, allNano)));
        deposit(requester, 1);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(AmountTooLarge.selector, 2 ** 63));
        vault.requestWithdrawal(808);
        request(requester, 807);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.release(account, 2, 807)));
        (,,, uint64 releasedNano,,) = vault.spendingAccount(account);
        vm.assertEq(uint256(releasedNano), 2 ** 63 - 1, "what can be released was not");
    }
}
