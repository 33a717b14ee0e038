// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVault, ISettlementVaultTypes} from "../../../src/interfaces/ISettlementVault.sol";
import {TestDollar} from "../../../src/local/TestDollar.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {MillraceTest} from "../../utils/MillraceTest.sol";
import {LedgerModel} from "../stores/LedgerModel.sol";

/// @title What requesters, providers, the operator, the guardian and time do to the vault, in any order.
/// @notice Every call must succeed: choices are bounded by the model, so a revert is a broken promise (for example a
/// withdrawal held back by a pause, or an epoch that a withdrawal made impossible).
contract VaultHandler is MillraceTest {
    ISettlementVault public immutable vault;
    TestDollar public immutable dollar;
    LedgerModel public immutable model;
    address private immutable settler;
    address private immutable guardian;
    uint64 private immutable scale;

    Epochs.Epoch private lastPosted;

    constructor(ISettlementVault vault_, TestDollar dollar_, LedgerModel model_, address settler_, address guardian_) {
        (vault, dollar, model, settler, guardian) = (vault_, dollar_, model_, settler_, guardian_);
        scale = vault_.SCALE();
    }

    function requesterAt(uint256 seed) private pure returns (address) {
        return address(uint160(0x1000 + seed % 7));
    }

    function providerAt(uint256 seed) private pure returns (address) {
        return address(uint160(0x2000 + seed % 6));
    }

    function deposit(uint256 who, uint256 payer, uint256 amountToken) external {
        if (block.timestamp < vault.pausedUntil()) return;
        amountToken = bounded(amountToken, 1, 1e9);
        address from = requesterAt(payer);
        dollar.mint(from, amountToken);
        vm.prank(from);
        dollar.approve(address(vault), amountToken);
        vm.prank(from);
        (uint32 account, uint64 amountNano) = vault.depositFor(requesterAt(who), amountToken);
        vm.assertEq(uint256(amountNano), amountToken * scale, "deposit credited otherwise");
        model.deposited(account, amountNano);
    }

    /// Tokens sent without a deposit belong to nobody and must disturb nothing.
    function donate(uint256 amountToken) external {
        dollar.mint(address(vault), bounded(amountToken, 1, 1e6));
    }

    function openEarningAccount(uint256 who) external {
        address owner = providerAt(who);
        for (uint32 i; i < vault.earningAccounts(); ++i) {
            if (vault.earningOwnerOf(i) == owner) return;
        }
        vm.prank(owner);
        vault.openEarningAccount();
    }

    function requestWithdrawal(uint256 who, uint256 amountNano) external {
        uint32 account = vault.spendingAccountOf(requesterAt(who));
        if (account == 0 || model.openRequestNano(account) != 0 || model.spendingNano(account) == 0) return;
        amountNano = bounded(amountNano, 1, model.spendingNano(account));
        vm.prank(requesterAt(who));
        uint32 number = vault.requestWithdrawal(uint64(amountNano));
        model.requested(account, number, amountNano);
    }

    function takeReleased(uint256 who) external {
        uint32 account = vault.spendingAccountOf(requesterAt(who));
        if (account == 0 || model.releasedNano(account) < scale) return;
        vm.prank(requesterAt(who));
        model.taken(account, vault.takeReleased(requesterAt(who)));
    }

    function escape(uint256 who, bool wait) external {
        uint32 account = vault.spendingAccountOf(requesterAt(who));
        if (account == 0 || model.spendingNano(account) + model.releasedNano(account) < scale) return;
        (,,,, uint64 settledAt) = vault.head();
        if (block.timestamp < settledAt + vault.ESCAPE_AFTER()) {
            if (!wait) return;
            vm.warp(settledAt + vault.ESCAPE_AFTER());
        }
        vm.prank(requesterAt(who));
        model.escaped(account, vault.escape(requesterAt(who)));
    }

    function withdrawEarnings(uint256 which, uint256 amountNano) external {
        uint32 account = uint32(which % vault.earningAccounts());
        if (model.earningNano(account) < scale) return;
        address owner = vault.earningOwnerOf(account);
        amountNano = bounded(amountNano, scale, model.earningNano(account));
        vm.prank(owner);
        model.withdrawn(account, vault.withdrawEarnings(account, uint64(amountNano), owner));
    }

    function pause() external {
        uint64 until = vault.pausedUntil();
        if (until != 0 && block.timestamp < until - vault.PAUSE_FOR() + vault.PAUSE_EVERY()) return;
        vm.prank(guardian);
        vault.pause();
    }

    function pass(uint256 time) external {
        vm.warp(block.timestamp + bounded(time, 1, 2 days));
    }

    /// One part of an epoch: debits and credits drawn from the model, and releases right, stale and of nobody.
    function settle(uint256 seed) external {
        if (block.timestamp < vault.pausedUntil()) return;
        Epochs.Epoch memory epoch = draw(seed);
        vm.prank(settler);
        vault.settle(epoch.header, epoch.words, epoch.releases);
        model.settled(vault.hashHeader(epoch.header), epoch.header);
        delete lastPosted;
        lastPosted.header = epoch.header;
        lastPosted.words = epoch.words;
        lastPosted.releases = epoch.releases;
    }

    function repost() external {
        if (lastPosted.header.epoch == 0) return;
        vm.prank(settler);
        vault.settle(lastPosted.header, lastPosted.words, lastPosted.releases);
    }

    /// The head moves by compare-and-swap: a header that differs from the settled one in anything is refused.
    function postFork(uint64 l2Block) external {
        if (lastPosted.header.epoch == 0) return;
        ISettlementVaultTypes.EpochHeader memory fork = lastPosted.header;
        if (fork.l2Block == l2Block) return;
        fork.l2Block = l2Block;
        vm.prank(settler);
        (bool accepted,) =
            address(vault).call(abi.encodeCall(vault.settle, (fork, lastPosted.words, lastPosted.releases)));
        vm.assertFalse(accepted, "Invariant violation M5: a second header for a settled part");
    }

    function draw(uint256 seed) private returns (Epochs.Epoch memory epoch) {
        epoch.header = model.following(seed);
        if (epoch.header.part != 0) coverWhatEscaped();
        Epochs.Amount[] memory debits;
        Epochs.Amount[] memory credits;
        (epoch.header, debits, credits) =
            model.drawAmounts(seed, epoch.header, vault.spendingAccounts(), vault.earningAccounts());
        epoch.words = Epochs.wordsOf(debits, credits);
        epoch.releases = model.drawReleases(seed, vault.spendingAccounts());
        epoch.header.wordsHash = Epochs.hashOf(epoch.words, epoch.releases);
    }

    /// Owners that left by the hatch between two parts took what the later part debits: the operator makes it up.
    function coverWhatEscaped() private {
        uint256 spendable = model.spendableNano(vault.spendingAccounts());
        if (spendable >= model.pendingNano()) return;
        uint256 amountToken = (model.pendingNano() - spendable) / scale + 1;
        (address owner,,,) = vault.spendingAccount(1);
        dollar.mint(settler, amountToken);
        vm.prank(settler);
        dollar.approve(address(vault), amountToken);
        vm.prank(settler);
        (uint32 account, uint64 amountNano) = vault.depositFor(owner, amountToken);
        model.deposited(account, amountNano);
    }
}
