// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BondTest} from "./BondTest.sol";

/// What the tribunal takes for who was credited too little.
contract SlashForEarnerTest is BondTest {
    uint64 private constant EARNED = 1_000_000_007;

    function setUp() public override {
        super.setUp();
        bond(needed(600));
        moveAndSettle(account, earning, EARNED);
    }

    function slashFor(uint64 epoch, uint32 account_, uint64 earnedNano) private returns (uint64 earnerNano) {
        vm.prank(tribunal);
        return vault.slashForEarner(epoch, 0, account_, earnedNano, challenger);
    }

    function test_compensatesWhoEarnedItAndPaysTheChallenger() external {
        uint64 fifth = EARNED / 5;
        uint64 taken = 3 * EARNED + FINE_NANO;
        vm.expectEmit(address(vault));
        emit SlashedForEarner(settler, earning, challenger, 1, 0, EARNED, EARNED + fifth, fifth + FINE_NANO, taken);
        vm.assertEq(uint256(slashFor(1, earning, EARNED)), EARNED + fifth, "what it says");
        assertEarning(earning, 2 * uint256(EARNED) + fifth, "the earner's");
        vm.assertEq(uint256(vault.rewardOf(challenger)), fifth + FINE_NANO, "the challenger's");
        vm.assertEq(uint256(bondNano(settler)), needed(600) - taken, "the bond");

        uint256 before = dollar.balanceOf(provider);
        uint64 wholeNano = vault.earningBalanceOf(earning);
        vm.prank(provider);
        vault.withdrawEarnings(earning, wholeNano, provider);
        vm.assertEq(dollar.balanceOf(provider) - before, wholeNano / SCALE, "takeable at once");
    }

    /// Both kinds of fault share the fine of a bucket, and all that both can take of an epoch is in the bond.
    function test_theBondCoversBothKindsOfFault() external {
        vault = newVaultWithoutBond(dollar);
        account = deposit(requester, 100e6);
        earning = openEarning(provider);
        uint64 whole = uint64(300 * UNIT);
        bond(needed(300));
        moveAndSettle(account, earning, whole);
        slash(1, whole);
        slashFor(1, earning, whole);
        vm.assertEq(uint256(bondNano(settler)), needed(300) - 5 * uint256(whole) - FINE_NANO, "what is left");
        vm.assertEq(uint256(vault.rewardOf(challenger)), 2 * (whole / 5) + FINE_NANO, "one fine");
    }

    /// Its balance has room for less than the compensation: the rest is burnt, and nothing fails.
    function test_aFullBalanceTakesWhatItCan() external {
        uint256 most = 2 ** 63 - 1;
        for (uint256 room = most - EARNED; room > 1000; room = most - vault.earningBalanceOf(earning)) {
            uint64 some = uint64(room / 6 * 5 < 2 ** 60 ? room / 6 * 5 : 2 ** 60);
            bond((3 * uint256(some) + SCALE - 1) / SCALE * SCALE);
            slashFor(1, earning, some);
        }
        uint256 left = most - vault.earningBalanceOf(earning);
        vm.assertGe(left, 1, "no room at all");
        uint64 before = bondNano(settler);
        vm.assertEq(uint256(slashFor(1, earning, 1001)), left, "what has room");
        assertEarning(earning, most, "the balance");
        vm.assertEq(uint256(before - bondNano(settler)), 3003, "the settler pays all the same");
        vm.assertEq(uint256(slashFor(1, earning, 1001)), 0, "no room any more");
    }

    function test_RevertWhen_outsideTheWindow() external {
        later(7);
        vm.prank(tribunal);
        vm.expectRevert(abi.encodeWithSelector(NotAnswerable.selector, 1, 0, earning));
        vault.slashForEarner(1, 0, earning, EARNED, challenger);
    }

    function test_RevertWhen_thePartIsNotSettled() external {
        vm.prank(tribunal);
        vm.expectRevert(abi.encodeWithSelector(NotAnswerable.selector, 2, 0, earning));
        vault.slashForEarner(2, 0, earning, EARNED, challenger);
    }

    function test_RevertWhen_anotherPartIsNotSettled() external {
        vm.prank(tribunal);
        vm.expectRevert(abi.encodeWithSelector(NotAnswerable.selector, 1, 1, 0));
        vault.slashForEarner(1, 1, 0, EARNED, challenger);
    }

    function test_RevertWhen_nobodyHasTheAccount() external {
        uint32 next = vault.earningAccounts();
        vm.prank(tribunal);
        vm.expectRevert(abi.encodeWithSelector(NotAnswerable.selector, 1, 0, next));
        vault.slashForEarner(1, 0, next, EARNED, challenger);
        slashFor(1, next - 1, EARNED);
    }

    function test_RevertWhen_theCallerIsNotTheTribunal() external {
        vm.prank(settler);
        vm.expectRevert(abi.encodeWithSelector(NotTheTribunal.selector, settler, tribunal));
        vault.slashForEarner(1, 0, earning, EARNED, challenger);
    }
}
