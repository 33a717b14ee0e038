// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVault} from "../../../src/interfaces/ISettlementVault.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

contract RareCallsTest is VaultTest {
    /// The first contract that a vault creates.
    function calledByItself() private view returns (ISettlementVault) {
        return ISettlementVault(vm.computeCreateAddress(address(vault), 1));
    }

    function test_theVaultCreatesItsCode() external view {
        vm.assertTrue(address(calledByItself()).code.length != 0, "none was created");
        vm.assertEq(uint256(vm.getNonce(address(vault))), 2, "more than one contract was created");
    }

    /// Who calls it past the vault has no account there, gives nothing, and moves nothing of the vault's.
    function test_calledByItselfItHasNoAccounts() external {
        uint32 account = deposit(requester, 10);
        uint32 earning = openEarning(provider);
        moveAndSettle(account, earning, 5000);
        ISettlementVault calls = calledByItself();

        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(NoSpendingAccount.selector, requester));
        calls.requestWithdrawal(1000);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(NoSpendingAccount.selector, requester));
        calls.escape(requester);
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(NotAccountOwner.selector, earning, address(0), provider));
        calls.withdrawEarnings(earning, 5000, provider);
        vm.prank(stranger);
        calls.retire(address(vault));
        (address next,) = vault.successor();
        vm.assertEq(next, address(0), "a stranger has retired the vault");
        vm.assertEq(calls.token(), address(dollar), "its token");
        vm.assertEq(dollar.balanceOf(address(calls)), 0, "it holds money");
        assertEarning(earning, 5000, "the vault's earnings");
    }
}
