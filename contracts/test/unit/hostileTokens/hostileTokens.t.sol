// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {TestDollar} from "../../../src/local/TestDollar.sol";
import {BlockingToken, FalseToken, FeeToken, LyingToken, ReentrantToken} from "../../utils/tokens/HostileTokens.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

/// Tokens that do not do what they are told: the ledger never credits more than the vault holds (M6).
contract HostileTokensTest is VaultTest {
    function use(TestDollar token) private {
        dollar = token;
        vault = newVault(token);
    }

    function test_feeOnTransfer_creditsWhatArrived() external {
        use(new FeeToken());
        uint256 before = dollar.balanceOf(address(vault));
        uint32 account = deposit(requester, 100);
        assertSpending(account, 90 * SCALE, "the fee was credited");
        vm.assertEq(dollar.balanceOf(address(vault)) - before, 90, "tokens held");
    }

    function test_RevertWhen_transferFromReturnsFalse() external {
        FalseToken token = new FalseToken();
        use(token);
        token.refuse(true);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token)));
        vault.deposit(5);
    }

    function test_RevertWhen_transferReturnsFalse() external {
        FalseToken token = new FalseToken();
        use(token);
        uint32 account = deposit(requester, 10);
        uint32 earning = openEarning(provider);
        moveAndSettle(account, earning, 5000);
        token.refuse(true);
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(token)));
        vault.withdrawEarnings(earning, 5000, provider);
        assertEarning(earning, 5000, "earnings were lost in a failed transfer");
    }

    function test_RevertWhen_theTokenLiesAboutATransfer() external {
        dollar = new LyingToken();
        vault = newVaultWithoutBond(dollar);
        vm.expectRevert(abi.encodeWithSelector(NothingReceived.selector, address(dollar), 5));
        vault.deposit(5);
    }

    /// A blocked owner is paid at another address, and its being blocked holds up nobody else.
    function test_blocklisting_ownerPaysOutElsewhere() external {
        BlockingToken token = new BlockingToken();
        use(token);
        uint32 account = deposit(requester, 10);
        uint32 earning = openEarning(provider);
        token.blockAddress(provider);
        moveAndSettle(account, earning, 5000);
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(BlockingToken.Blocked.selector, provider));
        vault.withdrawEarnings(earning, 5000, provider);
        vm.prank(provider);
        vault.withdrawEarnings(earning, 5000, stranger);
        vm.assertEq(token.balanceOf(stranger), 5, "the blocked owner was not paid elsewhere");
    }

    function assertReentryRefused(ReentrantToken token) private view {
        vm.assertFalse(token.attackSucceeded(), "the re-entry succeeded");
        vm.assertEq(
            keccak256(token.answer()),
            keccak256(abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)),
            "the re-entry failed for another reason"
        );
    }

    /// Without the guard a deposit inside a deposit would be counted in both balance deltas.
    function test_reentrant_depositInsideADeposit() external {
        ReentrantToken token = new ReentrantToken();
        use(token);
        token.arm(address(vault), abi.encodeCall(vault.depositFor, (stranger, 5)));
        uint32 account = deposit(requester, 10);
        assertReentryRefused(token);
        assertSpending(account, 10 * SCALE, "the deposit was counted otherwise than once");
    }

    function test_reentrant_withdrawalInsideAWithdrawal() external {
        ReentrantToken token = new ReentrantToken();
        use(token);
        uint32 account = deposit(requester, 10);
        uint32 earning = openEarning(address(token));
        openEarning(provider);
        moveAndSettle(account, earning, 5000);
        token.arm(address(vault), abi.encodeCall(vault.withdrawEarnings, (earning, 5000, stranger)));
        vm.prank(address(token));
        vault.withdrawEarnings(earning, 5000, stranger);
        assertReentryRefused(token);
        vm.assertEq(token.balanceOf(stranger), 5, "paid otherwise than once");
    }

    function test_reentrant_takeInsideAnEscape() external {
        ReentrantToken token = new ReentrantToken();
        use(token);
        deposit(address(token), 10);
        vm.warp(block.timestamp + 7 days);
        token.arm(address(vault), abi.encodeCall(vault.takeReleased, (stranger)));
        vm.prank(address(token));
        vault.escape(stranger);
        assertReentryRefused(token);
        vm.assertEq(token.balanceOf(stranger), 10, "paid otherwise than once");
    }

    /// Without the guard a deposit from inside would be taken for what the settler pays.
    function test_reentrant_depositInsideADraw() external {
        ReentrantToken token = new ReentrantToken();
        use(token);
        uint256 before = token.balanceOf(address(vault));
        uint32 account = deposit(requester, 10);
        uint32 earning = openEarning(provider);
        vm.warp(block.timestamp + 7 days);
        vm.prank(requester);
        vault.escape(requester);
        approveAsSettler(3);
        token.arm(address(vault), abi.encodeCall(vault.depositFor, (stranger, 5)));
        moveAndSettle(account, earning, 3000);
        assertReentryRefused(token);
        vm.assertEq(token.balanceOf(address(vault)) - before, 3, "the vault holds another amount than it owes");
    }

    /// An epoch that nobody has left needs no token at all.
    function test_anEpochThatMissesNothingMovesNoToken() external {
        FalseToken token = new FalseToken();
        use(token);
        uint32 account = deposit(requester, 10);
        uint32 earning = openEarning(provider);
        token.refuse(true);
        moveAndSettle(account, earning, 5000);
        assertEarning(earning, 5000, "an epoch that misses nothing was held up by the token");
    }

    /// Without the guard what comes in for a bond would be counted for a deposit too.
    function test_reentrant_depositInsideAPostedBond() external {
        ReentrantToken token = new ReentrantToken();
        use(token);
        token.arm(address(vault), abi.encodeCall(vault.depositFor, (stranger, 5)));
        postBond(vault, stranger, 5000);
        assertReentryRefused(token);
    }

    function test_reentrant_withdrawalInsideAWithdrawalOfABond() external {
        ReentrantToken token = new ReentrantToken();
        use(token);
        postBond(vault, address(token), 10_000);
        token.arm(address(vault), abi.encodeCall(vault.withdrawBond, (5000, stranger)));
        vm.prank(address(token));
        vault.withdrawBond(5000, stranger);
        assertReentryRefused(token);
        vm.assertEq(token.balanceOf(stranger), 5, "paid otherwise than once");
    }

    function test_reentrant_takeInsideATakenReward() external {
        ReentrantToken token = new ReentrantToken();
        use(token);
        uint32 account = deposit(requester, 10);
        moveAndSettle(account, openEarning(provider), 5000);
        vm.prank(tribunal);
        vault.slash(1, 0, account, 5000, address(token));
        token.arm(address(vault), abi.encodeCall(vault.takeReward, (stranger)));
        vm.prank(address(token));
        uint64 paidNano = vault.takeReward(stranger);
        assertReentryRefused(token);
        vm.assertEq(token.balanceOf(stranger), paidNano / SCALE, "paid otherwise than once");
    }
}
