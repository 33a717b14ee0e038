// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {VaultTest} from "../../utils/VaultTest.sol";

contract WithdrawEarningsTest is VaultTest {
    uint32 private earning;

    function setUp() public override {
        super.setUp();
        uint32 account = deposit(requester, 10);
        earning = openEarning(provider);
        moveAndSettle(account, earning, 7654);
    }

    function test_paysWholeUnitsAndKeepsTheRest() external {
        vm.expectEmit(address(vault));
        emit EarningsWithdrawn(earning, provider, stranger, 7000);
        vm.prank(provider);
        vm.assertEq(uint256(vault.withdrawEarnings(earning, 7654, stranger)), 7000, "another amount was paid");
        vm.assertEq(dollar.balanceOf(stranger), 7, "tokens paid");
        assertEarning(earning, 654, "the rest of a unit was lost");
    }

    function test_paysInPartsWhilePaused() external {
        pauseVault();
        vm.prank(provider);
        vault.withdrawEarnings(earning, 3000, provider);
        vm.prank(provider);
        vault.withdrawEarnings(earning, 4000, provider);
        vm.assertEq(dollar.balanceOf(provider), 7, "the parts do not add up");
    }

    function testFuzz_neverPaysMoreThanIsOwed(uint64 wanted) external {
        wanted = uint64(bounded(wanted, 1000, 7654));
        vm.prank(provider);
        uint64 paid = vault.withdrawEarnings(earning, wanted, provider);
        vm.assertEq(uint256(paid), wanted / SCALE * SCALE, "not the whole units of what was wanted");
        assertEarning(earning, 7654 - paid, "ledger and payment differ");
        vm.assertEq(dollar.balanceOf(provider) * SCALE, paid, "token and ledger differ");
    }

    function test_RevertWhen_moreThanTheBalance() external {
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(InsufficientBalance.selector, earning, 7654, 7655));
        vault.withdrawEarnings(earning, 7655, provider);
    }

    function test_RevertWhen_lessThanAUnit() external {
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(NothingToTake.selector, earning));
        vault.withdrawEarnings(earning, 999, provider);
    }

    function test_RevertWhen_receiverIsZero() external {
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        vault.withdrawEarnings(earning, 1000, address(0));
    }

    function test_RevertWhen_receiverIsTheVault() external {
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(ReceiverIsTheVault.selector));
        vault.withdrawEarnings(earning, 1000, address(vault));
    }

    function test_RevertWhen_callerIsNotTheOwner() external {
        vm.prank(admin);
        vm.expectRevert(abi.encodeWithSelector(NotAccountOwner.selector, earning, provider, admin));
        vault.withdrawEarnings(earning, 1000, admin);
    }

    function test_RevertWhen_theAccountDoesNotExist() external {
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(NotAccountOwner.selector, 99, address(0), provider));
        vault.withdrawEarnings(99, 1000, provider);
    }
}
