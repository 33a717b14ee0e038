// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

import {BondTest} from "./BondTest.sol";

/// How a bond comes in and goes out.
contract BondMoneyTest is BondTest {
    function withdraws(uint256 amountNano) private returns (uint64) {
        vm.prank(settler);
        return vault.withdrawBond(uint64(amountNano), settler);
    }

    function refuses(uint256 amountNano, bytes memory why) private {
        vm.prank(settler);
        vm.expectRevert(why);
        vault.withdrawBond(uint64(amountNano), settler);
    }

    function test_anyonePostsForASettler() external {
        dollar.mint(stranger, 7);
        vm.prank(stranger);
        dollar.approve(address(vault), 7);
        vm.expectEmit(address(vault));
        emit BondPosted(settler, stranger, 7000);
        vm.prank(stranger);
        vm.assertEq(uint256(vault.postBond(settler, 7)), 7000, "what it says");
        vm.assertEq(dollar.balanceOf(stranger), 0, "whose tokens");
        bond(3000);
        vm.assertEq(uint256(bondNano(settler)), 10_000, "the bond");
        vm.assertEq(uint256(bondNano(stranger)), 0, "the payer's");
    }

    function test_postsWhilePaused() external {
        pauseVault();
        bond(SCALE);
        vm.assertEq(uint256(bondNano(settler)), SCALE, "a pause keeps a bond out");
    }

    function test_withdrawsWhatNothingHolds() external {
        bond(needed(5));
        moveAndSettle(account, earning, uint64(2 * UNIT));
        uint256 held = 5 * 2 * UNIT + ROOM;
        uint256 free = needed(5) - held;
        refuses(free + 1, abi.encodeWithSelector(BondTooSmall.selector, settler, needed(5) + 1, needed(5)));
        uint256 whole = free - free % SCALE;
        vm.expectEmit(address(vault));
        emit BondWithdrawn(settler, settler, uint64(whole));
        vm.assertEq(uint256(withdraws(free)), whole, "whole base units");
        vm.assertEq(dollar.balanceOf(settler), whole / SCALE, "what arrived");
        vm.assertEq(uint256(bondNano(settler)), needed(5) - whole, "what stays");
        later(7);
        vm.assertEq(uint256(withdraws(needed(5) - whole)), needed(5) - whole, "the rest, once nothing is exposed");
        vm.assertEq(uint256(bondNano(settler)), 0, "nothing stays");
    }

    function test_withdrawsToAnother() external {
        bond(5000);
        vm.prank(settler);
        vault.withdrawBond(2000, stranger);
        vm.assertEq(dollar.balanceOf(stranger), 2, "another receiver");
    }

    /// Dismissed at once, it answers for what it settled, and then has its bond back; also while paused.
    function test_theDismissedWithdrawsAfterItsWindow() external {
        bond(needed(1));
        moveAndSettle(account, earning, 1);
        bytes32 role = vault.SETTLER_ROLE();
        vm.prank(admin);
        IAccessControl(address(vault)).revokeRole(role, settler);
        refuses(SCALE, abi.encodeWithSelector(BondTooSmall.selector, settler, 5 * UNIT + ROOM + SCALE, needed(1)));
        later(7);
        pauseVault();
        withdraws(needed(1));
        vm.assertEq(dollar.balanceOf(settler), needed(1) / SCALE, "its bond");
    }

    function test_RevertWhen_nothingIsWithdrawn() external {
        bond(SCALE);
        refuses(SCALE - 1, abi.encodeWithSelector(NothingToPay.selector, settler));
        refuses(0, abi.encodeWithSelector(NothingToPay.selector, settler));
    }

    function test_RevertWhen_theReceiverIsZero() external {
        bond(SCALE);
        vm.prank(settler);
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        vault.withdrawBond(SCALE, address(0));
    }

    function test_RevertWhen_theSettlerIsZero() external {
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        vault.postBond(address(0), 1);
    }

    function test_RevertWhen_nothingArrives() external {
        vm.expectRevert(abi.encodeWithSelector(NothingReceived.selector, address(dollar), 0));
        vault.postBond(settler, 0);
    }

    function test_RevertWhen_theBondLeavesItsRange() external {
        uint256 most = (2 ** 63 - 1) / SCALE;
        bond(most * SCALE);
        dollar.mint(address(this), 1);
        dollar.approve(address(vault), 1);
        vm.expectRevert(abi.encodeWithSelector(AmountTooLarge.selector, (most + 1) * SCALE));
        vault.postBond(settler, 1);
    }
}
