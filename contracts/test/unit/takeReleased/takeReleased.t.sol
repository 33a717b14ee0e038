// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Epochs} from "../../utils/Epochs.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

contract TakeReleasedTest is VaultTest {
    uint32 private account;

    function setUp() public override {
        super.setUp();
        account = deposit(requester, 10);
    }

    function releaseNano(uint64 amountNano) private {
        uint32 number = request(requester, amountNano);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.release(account, number, amountNano)));
    }

    function test_paysWholeUnitsAndKeepsTheRestReleased() external {
        releaseNano(4567);
        vm.expectEmit(address(vault));
        emit WithdrawalTaken(account, requester, stranger, 4000);
        vm.prank(requester);
        vm.assertEq(uint256(vault.takeReleased(stranger)), 4000, "another amount was paid");
        vm.assertEq(dollar.balanceOf(stranger), 4, "the receiver did not get whole units");
        (,,, uint64 releasedNano,,) = vault.spendingAccount(account);
        vm.assertEq(uint256(releasedNano), 567, "the rest of a unit was lost");
        assertSpending(account, 10_000 - 4567, "the spending balance changed");
    }

    function test_releasesAddUp() external {
        releaseNano(600);
        releaseNano(400);
        vm.prank(requester);
        vault.takeReleased(requester);
        vm.assertEq(dollar.balanceOf(requester), 1, "two parts of a unit do not make one");
    }

    function test_worksWhilePaused() external {
        releaseNano(5000);
        pauseVault();
        vm.prank(requester);
        vm.assertEq(uint256(vault.takeReleased(requester)), 5000, "a pause held a withdrawal back");
    }

    function test_RevertWhen_nothingWasReleased() external {
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(NothingToTake.selector, account));
        vault.takeReleased(requester);
    }

    function test_RevertWhen_lessThanAUnitWasReleased() external {
        releaseNano(999);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(NothingToTake.selector, account));
        vault.takeReleased(requester);
    }

    function test_RevertWhen_receiverIsZero() external {
        releaseNano(5000);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        vault.takeReleased(address(0));
    }

    function test_RevertWhen_receiverIsTheVault() external {
        releaseNano(5000);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(ReceiverIsTheVault.selector));
        vault.takeReleased(address(vault));
    }

    function test_RevertWhen_callerHasNoAccount() external {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(NoSpendingAccount.selector, stranger));
        vault.takeReleased(stranger);
    }
}
