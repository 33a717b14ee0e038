// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {VaultTest} from "../../utils/VaultTest.sol";

contract OpenEarningAccountTest is VaultTest {
    function test_idsAreDenseAfterTheTreasury() external {
        vm.expectEmit(address(vault));
        emit EarningAccountOpened(1, provider);
        vm.assertEq(uint256(openEarning(provider)), 1, "first provider's id");
        vm.assertEq(uint256(openEarning(stranger)), 2, "second provider's id");
        vm.assertEq(uint256(vault.earningAccounts()), 3, "count of accounts");
        vm.assertEq(vault.earningOwnerOf(2), stranger, "owner of account 2");
        vm.assertEq(uint256(vault.earningAccountOf(stranger)), 2, "account of the owner");
    }

    function test_RevertWhen_alreadyOpen() external {
        openEarning(provider);
        vm.expectRevert(abi.encodeWithSelector(AccountAlreadyOpen.selector, 1, provider));
        openEarning(provider);
    }

    function test_RevertWhen_theTreasuryOpensAnother() external {
        vm.expectRevert(abi.encodeWithSelector(AccountAlreadyOpen.selector, 0, treasury));
        openEarning(treasury);
    }

    function test_RevertWhen_askedForAnOwnerWithout() external {
        vm.expectRevert(abi.encodeWithSelector(NoEarningAccount.selector, stranger));
        vault.earningAccountOf(stranger);
    }
}
