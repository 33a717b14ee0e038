// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVault} from "../../../src/interfaces/ISettlementVault.sol";
import {TestDollar} from "../../../src/local/TestDollar.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {MillraceTest} from "../../utils/MillraceTest.sol";
import {LedgerModel} from "../stores/LedgerModel.sol";

/// @title What requesters, providers, the operator, the guardian and time do to the vault, in any order.
/// @notice Every call must succeed: choices are bounded by the model, so a revert is a broken promise (for example a
/// withdrawal held back by a pause, or an epoch that a withdrawal made impossible). What happened is counted by name, so
/// that a test can see that nothing hides behind a choice that is never made.
abstract contract VaultHandler is MillraceTest {
    address private constant OPERATOR = address(0x3000);

    ISettlementVault public immutable vault;
    TestDollar public immutable dollar;
    LedgerModel public immutable model;
    address internal immutable settler;
    address internal immutable guardian;
    uint64 internal immutable scale;

    uint256 public calls;
    uint256 public effects;
    mapping(string what => uint256 times) public reached;
    Epochs.Epoch internal lastPosted;

    constructor(ISettlementVault vault_, TestDollar dollar_, LedgerModel model_, address settler_, address guardian_) {
        (vault, dollar, model, settler, guardian) = (vault_, dollar_, model_, settler_, guardian_);
        scale = vault_.SCALE();
        dollar_.mint(settler_, type(uint128).max);
        vm.prank(settler_);
        dollar_.approve(address(vault_), type(uint256).max);
    }

    modifier counted() {
        ++calls;
        beforeAct();
        _;
        afterAct();
    }

    function did(string memory what) internal {
        ++effects;
        ++reached[what];
    }

    /// @dev A way out, by the state it was found open in.
    function left(string memory what) internal {
        did(what);
        if (isPaused()) ++reached[string.concat(what, ", paused")];
        (,, uint32 part, uint32 parts, uint64 settledAt) = vault.head();
        if (part + 1 != parts) ++reached[string.concat(what, ", in mid-epoch")];
        if (block.timestamp >= settledAt + vault.ESCAPE_AFTER()) ++reached[string.concat(what, ", operator gone")];
    }

    function isPaused() internal view returns (bool) {
        return block.timestamp < vault.pausedUntil();
    }

    function requesterAt(uint256 seed) internal view virtual returns (address) {
        return address(uint160(0x1000 + seed % 7));
    }

    function providerAt(uint256 seed) internal view virtual returns (address) {
        return address(uint160(0x2000 + seed % 6));
    }

    /// Where an owner has itself paid.
    function payeeOf(address owner) public view virtual returns (address) {
        return owner;
    }

    /// What a transfer of so much brings.
    function arriving(uint256 amountToken) internal view virtual returns (uint256) {
        return amountToken;
    }

    /// The least whose transfer brings so much or more.
    function sendingFor(uint256 amountToken) internal view virtual returns (uint256) {
        return amountToken;
    }

    function beforeAct() internal virtual {}

    function afterAct() internal virtual {}

    function beforePost(Epochs.Epoch memory) internal virtual {}

    function afterPost(Epochs.Epoch memory) internal virtual {}

    function beforeTransfer() internal virtual {}

    function afterTransfer() internal virtual {}

    function deposit(uint256 who, uint256 payer, uint256 amountToken) external counted {
        if (isPaused()) return;
        depositFor(payeeOf(requesterAt(payer)), requesterAt(who), bounded(amountToken, 1, 1e9));
        did("deposit");
    }

    function depositFor(address payer, address owner, uint256 amountToken) internal {
        dollar.mint(payer, amountToken);
        vm.prank(payer);
        dollar.approve(address(vault), amountToken);
        beforeTransfer();
        vm.prank(payer);
        (uint32 account, uint64 amountNano) = vault.depositFor(owner, amountToken);
        afterTransfer();
        vm.assertEq(uint256(amountNano), arriving(amountToken) * scale, "deposit credited otherwise");
        model.deposited(account, amountNano);
    }

    /// Tokens sent without a deposit belong to nobody and must disturb nothing.
    function donate(uint256 amountToken) external counted {
        dollar.mint(address(vault), bounded(amountToken, 1, 1e6));
        did("donate");
    }

    function openEarningAccount(uint256 who) external counted {
        address owner = providerAt(who);
        for (uint32 i; i < vault.earningAccounts(); ++i) {
            if (vault.earningOwnerOf(i) == owner) return;
        }
        vm.prank(owner);
        vault.openEarningAccount();
        did("openEarningAccount");
    }

    function requestWithdrawal(uint256 who, uint256 amountNano) external counted {
        uint32 account = vault.spendingAccountOf(requesterAt(who));
        if (account == 0 || model.openRequestNano(account) != 0 || model.spendingNano(account) == 0) return;
        amountNano = bounded(amountNano, 1, model.spendingNano(account));
        vm.prank(requesterAt(who));
        uint32 number = vault.requestWithdrawal(uint64(amountNano));
        model.requested(account, number, amountNano);
        left("requestWithdrawal");
    }

    function cancelRequest(uint256 who) external counted {
        address owner = requesterAt(who);
        uint32 account = vault.spendingAccountOf(owner);
        if (account == 0 || model.openRequestNano(account) == 0) return;
        vm.prank(owner);
        (uint32 number, uint64 amountNano) = vault.cancelRequest();
        vm.assertEq(uint256(number), model.lastRequest(account), "another request was cancelled");
        vm.assertEq(uint256(amountNano), model.openRequestNano(account), "another amount was cancelled");
        model.cancelled(account);
        left("cancelRequest");
    }

    /// @dev The first from `who` on that has something to take, so that most calls take.
    function takeReleased(uint256 who) external counted {
        for (uint256 i; i < 7; ++i) {
            address owner = requesterAt(who % 7 + i);
            uint32 account = vault.spendingAccountOf(owner);
            if (account == 0 || model.releasedNano(account) < scale) continue;
            address payee = payeeOf(owner);
            beforeTransfer();
            uint256 before = dollar.balanceOf(payee);
            vm.prank(owner);
            uint64 paidNano = vault.takeReleased(payee);
            afterTransfer();
            vm.assertEq(dollar.balanceOf(payee) - before, arriving(paidNano / scale), "released otherwise than said");
            model.taken(account, paidNano);
            left("takeReleased");
            return;
        }
    }

    function escape(uint256 who) external counted {
        address owner = requesterAt(who);
        uint32 account = vault.spendingAccountOf(owner);
        (,,,, uint64 settledAt) = vault.head();
        uint256 leavingNano = model.leavingNano(account, settledAt, vault.ESCAPE_AFTER());
        if (leavingNano == 0 || leavingNano + model.releasedNano(account) < scale) return;
        bool epochsCome = block.timestamp < settledAt + vault.ESCAPE_AFTER();
        address payee = payeeOf(owner);
        beforeTransfer();
        uint256 before = dollar.balanceOf(payee);
        vm.prank(owner);
        uint64 paidNano = vault.escape(payee);
        afterTransfer();
        vm.assertEq(dollar.balanceOf(payee) - before, arriving(paidNano / scale), "escaped with otherwise than said");
        model.escaped(account, leavingNano, paidNano);
        left(epochsCome ? "escape while epochs come" : "escape");
    }

    function withdrawEarnings(uint256 which, uint256 amountNano) external counted {
        uint32 account = uint32(which % vault.earningAccounts());
        if (model.earningNano(account) < scale) return;
        address owner = vault.earningOwnerOf(account);
        amountNano = bounded(amountNano, scale, model.earningNano(account));
        address payee = payeeOf(owner);
        beforeTransfer();
        uint256 before = dollar.balanceOf(payee);
        vm.prank(owner);
        uint64 paidNano = vault.withdrawEarnings(account, uint64(amountNano), payee);
        afterTransfer();
        vm.assertEq(dollar.balanceOf(payee) - before, arriving(paidNano / scale), "earnings paid otherwise than said");
        model.withdrawn(account, paidNano);
        left("withdrawEarnings");
    }

    function pause() external counted {
        (,,,, uint64 settledAt) = vault.head();
        if (block.timestamp < vault.pausableFrom()) return;
        if (block.timestamp >= settledAt + vault.ESCAPE_AFTER() - 1 days) return;
        vm.prank(guardian);
        vault.pause();
        did("pause");
    }

    function pass(uint256 time) external counted {
        vm.warp(block.timestamp + bounded(time, 1, 12 hours));
        did("pass");
    }

    /// Nobody settles for a week, paused or not, in mid-epoch or not.
    function operatorGone(uint256 time) external counted {
        vm.warp(block.timestamp + vault.ESCAPE_AFTER() + bounded(time, 0, 1 days));
        did("operatorGone");
    }

    /// One part of an epoch: debits and credits drawn from the model, and releases right, stale and of nobody.
    function settle(uint256 seed) external counted {
        if (isPaused()) return;
        Epochs.Epoch memory epoch = draw(seed);
        post(epoch);
        did(epoch.header.part + 1 == epoch.header.parts ? "settle, whole" : "settle, a part");
    }

    /// @dev An empty epoch, unless parts of another are to come first.
    function settleNothing() external counted {
        Epochs.Epoch memory epoch;
        epoch.header = model.following(0);
        if (isPaused() || epoch.header.part != 0) return;
        epoch.header.wordsHash = Epochs.hashOf(epoch.words, epoch.releases);
        post(epoch);
        did("settle, nothing");
    }

    /// What is still to come of an epoch never comes.
    function voidRemainder() external counted {
        (, uint64 epoch, uint32 part, uint32 parts, uint64 settledAt) = vault.head();
        if (part + 1 == parts || block.timestamp < settledAt + vault.VOID_AFTER()) return;
        if (block.timestamp < vault.pausedUntil() + vault.VOID_AFTER()) return;
        vm.prank(settler);
        vault.voidRemainder();
        model.voided();
        (bool voided,) = vault.voidedEpoch(epoch);
        vm.assertTrue(voided, "the epoch is not known to be cut short");
        did("voidRemainder");
    }

    function repost() external counted {
        if (lastPosted.header.epoch == 0) return;
        vm.prank(settler);
        vault.settle(lastPosted.header, lastPosted.words, lastPosted.releases);
        did(isPaused() ? "repost, paused" : "repost");
    }

    function post(Epochs.Epoch memory epoch) private {
        beforePost(epoch);
        vm.prank(settler);
        vault.settle(epoch.header, epoch.words, epoch.releases);
        afterPost(epoch);
        model.settled(vault.hashHeader(epoch.header), epoch.header);
        delete lastPosted;
        lastPosted.header = epoch.header;
        lastPosted.words = epoch.words;
        lastPosted.releases = epoch.releases;
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

    /// Owners that left by the hatch between two parts took what the later part debits: settle draws it from the settler.
    /// What releases and a token's fee have left short, the operator makes up before.
    function coverWhatEscaped() private {
        (uint32 from, uint32 to) = (model.firstDebited(), vault.spendingAccounts());
        uint256 spendable = model.spendableNano(from, to);
        if (spendable >= model.pendingNano()) return;
        uint256 drawable = model.drawableNano(from, to);
        if (drawable != 0) did("settle draws what escaped");
        spendable += drawable;
        if (spendable >= model.pendingNano()) return;
        (address owner,,,,,) = vault.spendingAccount(to);
        depositFor(OPERATOR, owner, sendingFor((model.pendingNano() - spendable) / scale + 1));
        did("the operator covers what escaped");
    }
}
