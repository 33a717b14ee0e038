// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {VaultTest} from "../../utils/VaultTest.sol";

contract EarningOwnerTest is VaultTest {
    address private next = actor("next owner");
    uint32 private account;

    function setUp() public override {
        super.setUp();
        uint32 spender = deposit(requester, 10);
        account = openEarning(provider);
        moveAndSettle(spender, account, 7654);
    }

    function propose(address owner, address proposed) private {
        vm.prank(owner);
        vault.proposeEarningOwner(account, proposed);
    }

    function accept(address proposed) private {
        vm.prank(proposed);
        vault.acceptEarningOwner(account);
    }

    function assertOwner(address owner) private view {
        vm.assertEq(vault.earningOwnerOf(account), owner, "another owns the account");
        vm.assertEq(uint256(vault.earningAccountOf(owner)), account, "its owner has another account");
        vm.assertEq(vault.proposedEarningOwnerOf(account), address(0), "a proposal is left");
        vm.assertEq(vault.earningOpenerOf(account), provider, "another has opened the account");
    }

    function test_theNewOwnerWithdrawsWhatWasEarnedBefore() external {
        vm.expectEmit(address(vault));
        emit EarningOwnerProposed(account, provider, next);
        propose(provider, next);
        vm.assertEq(vault.proposedEarningOwnerOf(account), next, "another is proposed");
        vm.assertEq(vault.earningOwnerOf(account), provider, "a proposal changes the owner");

        vm.expectEmit(address(vault));
        emit EarningOwnerChanged(account, provider, next);
        accept(next);
        assertOwner(next);
        vm.prank(next);
        vm.assertEq(uint256(vault.withdrawEarnings(account, 7654, next)), 7000, "another amount was paid");
        vm.assertEq(dollar.balanceOf(next), 7, "tokens paid");
    }

    function test_worksWhilePaused() external {
        pauseVault();
        propose(provider, next);
        accept(next);
        assertOwner(next);
    }

    function test_theTreasuryIsHandedOn() external {
        vm.prank(treasury);
        vault.proposeEarningOwner(0, next);
        vm.prank(next);
        vault.acceptEarningOwner(0);
        vm.assertEq(vault.earningOwnerOf(0), next, "the treasury's owner");
        vm.assertEq(uint256(vault.earningAccountOf(next)), 0, "the treasury's account");
        vm.assertEq(vault.earningOpenerOf(0), treasury, "the treasury's opener");
    }

    /// Whose account it was may open another, and be handed one.
    function test_theOldOwnerHasNoAccountAndOpensAnother() external {
        propose(provider, next);
        accept(next);
        vm.expectRevert(abi.encodeWithSelector(NoEarningAccount.selector, provider));
        vault.earningAccountOf(provider);
        uint32 other = openEarning(provider);
        vm.assertTrue(other != account, "the old account was opened again");
        vm.assertEq(vault.earningOpenerOf(other), provider, "the opener of the other");
        assertOwner(next);
    }

    function test_itGoesOnAndComesBack() external {
        propose(provider, next);
        accept(next);
        propose(next, stranger);
        accept(stranger);
        assertOwner(stranger);
        propose(stranger, provider);
        accept(provider);
        assertOwner(provider);
    }

    /// Nobody owns two accounts, whoever is proposed and accepts what in whatever order, and each account has one owner.
    function testFuzz_anAccountHasOneOwnerAndAnOwnerOneAccount(uint256 seed) external {
        address[5] memory all = [provider, next, stranger, requester, treasury];
        openEarning(stranger);
        for (uint256 step; step < 24; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint32 which = uint32(seed % vault.earningAccounts());
            address proposed = all[seed / 8 % 5];
            vm.prank(vault.earningOwnerOf(which));
            vault.proposeEarningOwner(which, proposed);
            vm.prank(proposed);
            try vault.acceptEarningOwner(which) {
                vm.assertEq(vault.earningOwnerOf(which), proposed, "who accepts is not the owner");
            } catch {
                vault.earningAccountOf(proposed);
            }
            for (uint32 i; i < vault.earningAccounts(); ++i) {
                uint32 back = vault.earningAccountOf(vault.earningOwnerOf(i));
                vm.assertEq(uint256(back), i, "an owner is not its account's");
            }
        }
        assertEarning(account, 7654, "a change of owner moved money");
    }

    function test_RevertWhen_callerIsNotTheOwner() external {
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(NotAccountOwner.selector, account, provider, stranger));
        vault.proposeEarningOwner(account, stranger);
    }

    function test_RevertWhen_theOldOwnerProposes() external {
        propose(provider, next);
        accept(next);
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(NotAccountOwner.selector, account, next, provider));
        vault.proposeEarningOwner(account, provider);
    }

    function test_RevertWhen_theOldOwnerWithdraws() external {
        propose(provider, next);
        accept(next);
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(NotAccountOwner.selector, account, next, provider));
        vault.withdrawEarnings(account, 7000, provider);
    }

    function test_RevertWhen_anotherAcceptsThanWasProposed() external {
        propose(provider, next);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(NotProposedOwner.selector, account, next, stranger));
        vault.acceptEarningOwner(account);
    }

    function test_RevertWhen_theProposalWasTakenBack() external {
        propose(provider, next);
        vm.expectEmit(address(vault));
        emit EarningOwnerProposed(account, provider, address(0));
        propose(provider, address(0));
        vm.prank(next);
        vm.expectRevert(abi.encodeWithSelector(NotProposedOwner.selector, account, address(0), next));
        vault.acceptEarningOwner(account);
    }

    function test_RevertWhen_itIsAcceptedTwice() external {
        propose(provider, next);
        accept(next);
        vm.prank(next);
        vm.expectRevert(abi.encodeWithSelector(NotProposedOwner.selector, account, address(0), next));
        vault.acceptEarningOwner(account);
    }

    function test_RevertWhen_theNewOwnerHasAnEarningAccount() external {
        uint32 other = openEarning(next);
        propose(provider, next);
        vm.prank(next);
        vm.expectRevert(abi.encodeWithSelector(AccountAlreadyOpen.selector, other, next));
        vault.acceptEarningOwner(account);
    }

    function test_RevertWhen_theNewOwnerOpensAnother() external {
        propose(provider, next);
        accept(next);
        vm.prank(next);
        vm.expectRevert(abi.encodeWithSelector(AccountAlreadyOpen.selector, account, next));
        vault.openEarningAccount();
    }
}
