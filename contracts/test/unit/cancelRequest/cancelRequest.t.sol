// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Epochs} from "../../utils/Epochs.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

contract CancelRequestTest is VaultTest {
    uint32 private account;

    function setUp() public override {
        super.setUp();
        account = deposit(requester, 10);
    }

    function cancel(address owner) private returns (uint32 number, uint64 amountNano) {
        vm.prank(owner);
        return vault.cancelRequest();
    }

    function test_closesTheRequestAndMovesNothing() external {
        request(requester, 4000);
        vm.expectEmit(address(vault));
        emit WithdrawalCancelled(account, requester, 1, 4000);
        (uint32 number, uint64 amountNano) = cancel(requester);
        vm.assertTrue(number == 1 && amountNano == 4000, "another request was cancelled");
        (, uint32 last, uint64 openNano, uint64 releasedNano,,) = vault.spendingAccount(account);
        vm.assertTrue(last == 1 && openNano == 0 && releasedNano == 0, "the request is still open");
        assertSpending(account, 10 * SCALE, "a cancelled request moved money");
    }

    function test_whatWasReleasedStaysReleased() external {
        request(requester, 4000);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.release(account, 1, 1500)));
        vm.expectEmit(address(vault));
        emit WithdrawalCancelled(account, requester, 1, 2500);
        cancel(requester);
        (,,, uint64 releasedNano,,) = vault.spendingAccount(account);
        vm.assertEq(uint256(releasedNano), 1500, "what was released changed");
        assertSpending(account, 8500, "a cancelled request moved money");
    }

    /// Its number is another, so that a release of the cancelled one cannot answer it, and its clock starts anew.
    function test_aNewRequestFollows() external {
        request(requester, 4000);
        vm.warp(block.timestamp + 6 days);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases()));
        cancel(requester);
        vm.assertEq(uint256(request(requester, 5000)), 2, "the second request's number");
        vm.warp(block.timestamp + 1 days);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.release(account, 1, 4000)));
        uint256 nowAt = block.timestamp;
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(EscapeNotOpen.selector, nowAt + 6 days, nowAt));
        vault.escape(requester);
    }

    function test_worksWhilePaused() external {
        request(requester, 4000);
        pauseVault();
        cancel(requester);
    }

    function test_RevertWhen_noneIsOpen() external {
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(NoOpenRequest.selector, account));
        vault.cancelRequest();
    }

    function test_RevertWhen_callerHasNoAccount() external {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(NoSpendingAccount.selector, stranger));
        vault.cancelRequest();
    }
}
