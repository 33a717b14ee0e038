// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TestDollar} from "../../../src/local/TestDollar.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

contract DepositTest is VaultTest {
    /// Each account is a lane that epochs may have to touch.
    function test_RevertWhen_theFirstDepositIsTooSmall() external {
        vault = newVault(dollar, SHARD_DEPTH, 5000, settler, guardian, treasury);
        vm.assertEq(uint256(vault.MIN_FIRST_DEPOSIT()), 5000, "another least amount");
        dollar.mint(requester, 4);
        vm.prank(requester);
        dollar.approve(address(vault), 4);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(FirstDepositTooSmall.selector, 4000, 5000));
        vault.deposit(4);
    }

    function test_theLeastOpensAnAccountAndLessAddsToIt() external {
        vault = newVault(dollar, SHARD_DEPTH, 5000, settler, guardian, treasury);
        uint32 account = deposit(requester, 5);
        vm.assertEq(uint256(deposit(requester, 1)), account, "another account was opened");
        assertSpending(account, 6000, "deposits do not add up");
    }

    function test_firstDepositOpensTheAccount() external {
        dollar.mint(requester, 5);
        vm.prank(requester);
        dollar.approve(address(vault), 5);
        vm.expectEmit(address(vault));
        emit SpendingAccountOpened(1, requester);
        vm.expectEmit(address(vault));
        emit Deposited(1, requester, requester, 5 * SCALE);
        vm.prank(requester);
        (uint32 account, uint64 amountNano) = vault.deposit(5);

        vm.assertEq(uint256(account), 1, "ids do not start at 1");
        vm.assertEq(uint256(amountNano), 5 * SCALE, "another amount was credited");
        vm.assertEq(uint256(vault.spendingAccountOf(requester)), 1, "the owner is not found");
        assertSpending(1, 5 * SCALE, "the deposit is not in the ledger");
    }

    function test_secondDepositAddsToTheSameAccount() external {
        deposit(requester, 5);
        vm.assertEq(uint256(deposit(requester, 7)), 1, "a second account was opened");
        assertSpending(1, 12 * SCALE, "the deposits do not add up");
    }

    function test_idsAreDense() external {
        vm.assertEq(uint256(deposit(requester, 1)), 1, "not the first id");
        vm.assertEq(uint256(deposit(provider, 1)), 2, "not the second id");
        vm.assertEq(uint256(vault.spendingAccounts()), 2, "count of accounts");
    }

    function test_depositForCreditsTheOwnerAndChargesThePayer() external {
        dollar.mint(stranger, 9);
        vm.prank(stranger);
        dollar.approve(address(vault), 9);
        vm.prank(stranger);
        (uint32 account,) = vault.depositFor(requester, 9);
        vm.assertEq(uint256(vault.spendingAccountOf(requester)), account, "the account is not the owner's");
        vm.assertEq(uint256(vault.spendingAccountOf(stranger)), 0, "the payer got an account");
        assertSpending(account, 9 * SCALE, "the owner was not credited");
    }

    function testFuzz_theLaneHoldsWhatCame(uint256 first, uint256 second) external {
        first = bounded(first, 1, uint256(2 ** 63 - 1) / SCALE / 2);
        second = bounded(second, 1, uint256(2 ** 63 - 1) / SCALE / 2);
        uint32 account = deposit(requester, first);
        deposit(provider, 1);
        deposit(requester, second);
        assertSpending(account, (first + second) * SCALE, "a deposit was lost");
        assertSpending(vault.spendingAccountOf(provider), SCALE, "a neighbour's lane changed");
    }

    function test_RevertWhen_ownerIsZero() external {
        vm.expectRevert(abi.encodeWithSelector(ZeroAddress.selector));
        vault.depositFor(address(0), 1);
    }

    function test_RevertWhen_nothingArrives() external {
        vm.expectRevert(abi.encodeWithSelector(NothingReceived.selector, address(dollar), 0));
        vault.deposit(0);
    }

    function test_RevertWhen_balanceReachesTheGuardBit() external {
        uint256 most = uint256(2 ** 63 - 1) / SCALE;
        deposit(requester, most);
        dollar.mint(requester, 1);
        vm.prank(requester);
        dollar.approve(address(vault), 1);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(AmountTooLarge.selector, (most + 1) * SCALE));
        vault.deposit(1);
    }

    /// Of a token with nine decimals a base unit is one nano-USD, so the bound is met to the unit.
    function test_theGreatestBalanceIsTakenAndNotOneMore() external {
        dollar = new TestDollar(9);
        vault = newVault(dollar);
        uint256 most = 2 ** 63 - 1;
        assertSpending(deposit(requester, most), most, "the greatest balance");
        dollar.mint(provider, 2 ** 63);
        vm.prank(provider);
        dollar.approve(address(vault), 2 ** 63);
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(AmountTooLarge.selector, 2 ** 63));
        vault.deposit(2 ** 63);
    }

    function test_RevertWhen_amountOverflowsEveryWidth() external {
        dollar = new TestDollar(6);
        vault = newVaultWithoutBond(dollar);
        dollar.mint(requester, type(uint256).max);
        vm.prank(requester);
        dollar.approve(address(vault), type(uint256).max);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(AmountTooLarge.selector, type(uint256).max));
        vault.deposit(type(uint256).max);
    }

    function test_RevertWhen_paused() external {
        pauseVault();
        vm.expectRevert(abi.encodeWithSelector(VaultPaused.selector, block.timestamp + 3 days));
        vault.deposit(1);
    }

    function test_depositRevivesAnEmptyAccount() external {
        uint32 account = deposit(requester, 1);
        uint32 earning = openEarning(provider);
        settle(epochOf(Epochs.one(account, SCALE), Epochs.one(earning, SCALE), Epochs.noReleases()));
        vm.assertEq(uint256(deposit(requester, 2)), account, "an emptied account lost its id");
        assertSpending(account, 2 * SCALE, "balance after revival");
    }
}
