// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IRareCalls} from "./interfaces/IRareCalls.sol";
import {ISettlementVault} from "./interfaces/ISettlementVault.sol";
import {IVaultBooks} from "./interfaces/IVaultBooks.sol";
import {PackedWords} from "./libraries/PackedWords.sol";
import {VaultBooks} from "./VaultBooks.sol";

/// @title What a vault is asked seldom.
/// @dev Code that a vault runs on its own storage (VaultAccounts), for which its own contract has no room. Who has a role, the
/// vault has seen before. Called by itself it has no accounts and no money.
contract RareCalls is IRareCalls, VaultBooks {
    using PackedWords for PackedWords.Ledger;
    using SafeERC20 for IERC20;

    /// Between the end of a pause and the hatch that opens because no epoch could come: an epoch still can.
    uint64 private constant PAUSE_ENDS_BEFORE_ESCAPE = 1 days;

    constructor(IERC20 token_) VaultBooks(token_) {}

    /// @inheritdoc IRareCalls
    function openEarningAccount() external override returns (uint32 account) {
        _requireNoEarningAccount();
        return _openEarningAccount(msg.sender);
    }

    /// @inheritdoc IRareCalls
    function requestWithdrawal(uint64 amountNano) external override returns (uint32 request) {
        uint32 account = _spendingAccountOfCaller();
        SpendingAccount storage it = spendingAccount[account];
        if (it.openRequestNano != 0) revert WithdrawalAlreadyOpen(account, it.lastRequest);
        if (amountNano == 0) revert NothingRequested(msg.sender);
        uint64 balanceNano = _spending.balanceOf(account);
        if (amountNano > balanceNano) revert InsufficientBalance(account, balanceNano, amountNano);
        // What a request can release has room: no epoch fails because its owner has not taken what was released before.
        uint256 wouldBeReleased = uint256(it.releasedNano) + amountNano;
        if (wouldBeReleased > MAX_BALANCE_NANO) revert AmountTooLarge(wouldBeReleased);

        request = ++it.lastRequest;
        it.openRequestNano = amountNano;
        it.requestedAt = uint64(block.timestamp);
        emit WithdrawalRequested(account, msg.sender, request, amountNano);
    }

    /// @inheritdoc IRareCalls
    function cancelRequest() external override returns (uint32 request, uint64 amountNano) {
        uint32 account = _spendingAccountOfCaller();
        SpendingAccount storage it = spendingAccount[account];
        amountNano = it.openRequestNano;
        if (amountNano == 0) revert NoOpenRequest(account);

        request = it.lastRequest;
        it.openRequestNano = 0;
        emit WithdrawalCancelled(account, msg.sender, request, amountNano);
    }

    /// @inheritdoc IRareCalls
    function takeReleased(address to) external override nonReentrant returns (uint64 amountNano) {
        amountNano = _take(to);
        _pay(to, amountNano);
    }

    /// @inheritdoc IRareCalls
    function escape(address to) external override nonReentrant returns (uint64 amountNano) {
        uint32 account = _spendingAccountOfCaller();
        SpendingAccount storage it = spendingAccount[account];
        uint64 leavingNano = _leaving(account, it);
        uint64 wholeNano = leavingNano + it.releasedNano;
        amountNano = _payable(account, wholeNano);

        uint32 closed = it.openRequestNano == 0 ? 0 : it.lastRequest;
        it.openRequestNano = 0;
        it.releasedNano = wholeNano - amountNano;
        it.leftNano = uint64(Math.min(uint256(it.leftNano) + leavingNano, type(uint64).max));
        _spending.debitAccount(account, leavingNano);
        emit Escaped(account, msg.sender, closed, amountNano, leavingNano);
        _pay(to, amountNano);
    }

    /// @inheritdoc IRareCalls
    function withdrawEarnings(uint32 account, uint64 amountNano, address to)
        external
        override
        nonReentrant
        returns (uint64 paidNano)
    {
        _requireEarningOwner(account);
        uint64 balanceNano = _earning.balanceOf(account);
        if (amountNano > balanceNano) revert InsufficientBalance(account, balanceNano, amountNano);
        paidNano = _payable(account, amountNano);

        _earning.debitAccount(account, paidNano);
        emit EarningsWithdrawn(account, msg.sender, to, paidNano);
        _pay(to, paidNano);
    }

    /// @inheritdoc IRareCalls
    function proposeEarningOwner(uint32 account, address proposed) external override {
        _requireEarningOwner(account);

        proposedEarningOwnerOf[account] = proposed;
        emit EarningOwnerProposed(account, msg.sender, proposed);
    }

    /// @inheritdoc IRareCalls
    function acceptEarningOwner(uint32 account) external override {
        address proposed = proposedEarningOwnerOf[account];
        if (proposed != msg.sender) revert NotProposedOwner(account, proposed, msg.sender);
        _requireNoEarningAccount();

        address before = earningOwnerOf[account];
        proposedEarningOwnerOf[account] = address(0);
        _earningAccountPlusOne[before] = 0;
        _earningAccountPlusOne[msg.sender] = account + 1;
        earningOwnerOf[account] = msg.sender;
        emit EarningOwnerChanged(account, before, msg.sender);
    }

    /// @inheritdoc IRareCalls
    function voidRemainder() external override {
        Head memory current = _head;
        if (current.part + 1 == current.parts) revert NothingToVoid(current.epoch);
        uint64 earliest = uint64(Math.max(current.settledAt, pausedUntil)) + VOID_AFTER;
        if (block.timestamp < earliest) revert VoidTooSoon(earliest, uint64(block.timestamp));

        _head.parts = current.part + 1;
        voidedEpoch[current.epoch] = Voided({voided: true, debitSlot: current.debitSlot});
        emit EpochVoided({
            epoch: current.epoch,
            part: current.part,
            by: msg.sender,
            parts: current.parts,
            settledNano: current.settledNano,
            debitSlot: current.debitSlot
        });
    }

    /// @inheritdoc IRareCalls
    function pause() external override {
        uint64 nowAt = uint64(block.timestamp);
        if (nowAt < pausableFrom) revert PauseTooSoon(pausableFrom, nowAt);
        uint64 latest = _head.settledAt + ESCAPE_AFTER - PAUSE_ENDS_BEFORE_ESCAPE;
        if (nowAt >= latest) revert PauseTooLate(latest, nowAt);
        uint64 until = nowAt + PAUSE_FOR;
        if (until > latest) until = latest;
        pausedUntil = until;
        pausableFrom = nowAt + PAUSE_EVERY;
        emit Paused(msg.sender, until);
    }

    /// @inheritdoc IRareCalls
    function retire(address next) external override {
        if (next != address(0)) _requireSuccessor(next);
        uint64 from = next == address(0) ? 0 : uint64(block.timestamp) + SETTLER_NOTICE;

        successor = Successor({next: next, from: from});
        emit SuccessorAnnounced(next, from);
    }

    /// @inheritdoc IRareCalls
    function migrate() external override nonReentrant returns (uint64 amountNano) {
        Successor memory it = successor;
        uint64 nowAt = uint64(block.timestamp);
        if (it.next == address(0) || nowAt < it.from) revert NoSuccessorYet(it.next, it.from, nowAt);
        amountNano = _take(it.next);
        _depositInto(it.next, amountNano / SCALE);
    }

    /// @dev What the hatch lets out of the spending balance: all of it when no epoch came, else what is open of a request
    /// that epochs have kept waiting.
    function _leaving(uint32 account, SpendingAccount storage it) private view returns (uint64 leavingNano) {
        leavingNano = _spending.balanceOf(account);
        uint64 opensAt = _lastSettledAt() + ESCAPE_AFTER;
        if (block.timestamp >= opensAt) return leavingNano;

        uint64 openNano = it.openRequestNano;
        if (openNano != 0) opensAt = uint64(Math.min(opensAt, it.requestedAt + ESCAPE_AFTER));
        if (block.timestamp < opensAt) revert EscapeNotOpen(opensAt, uint64(block.timestamp));
        if (openNano < leavingNano) leavingNano = openNano;
    }

    /// @dev `amountNano` cut to whole base units.
    function _payable(uint32 account, uint64 amountNano) private view returns (uint64 wholeNano) {
        wholeNano = amountNano - amountNano % SCALE;
        if (wholeNano == 0) revert NothingToTake(account);
    }

    function _spendingAccountOfCaller() private view returns (uint32 account) {
        account = spendingAccountOf[msg.sender];
        if (account == 0) revert NoSpendingAccount(msg.sender);
    }

    function _requireEarningOwner(uint32 account) private view {
        address owner = earningOwnerOf[account];
        if (owner != msg.sender) revert NotAccountOwner(account, owner, msg.sender);
    }

    function _requireNoEarningAccount() private view {
        uint32 plusOne = _earningAccountPlusOne[msg.sender];
        if (plusOne != 0) revert AccountAlreadyOpen(plusOne - 1, msg.sender);
    }

    function _requireSuccessor(address next) private view {
        if (next == address(this) || next.code.length == 0 || IVaultBooks(next).token() != token) {
            revert NotASuccessor(next);
        }
    }

    /// @dev Of what was released to the caller, all whole base units; they are to be paid to `to`.
    function _take(address to) private returns (uint64 amountNano) {
        uint32 account = _spendingAccountOfCaller();
        SpendingAccount storage it = spendingAccount[account];
        amountNano = _payable(account, it.releasedNano);

        it.releasedNano -= amountNano;
        emit WithdrawalTaken(account, msg.sender, to, amountNano);
    }

    /// @dev For the caller. A successor that takes less would keep the rest from everybody.
    function _depositInto(address next, uint256 amountToken) private {
        IERC20 money = IERC20(token);
        uint256 before = money.balanceOf(address(this));
        money.forceApprove(next, amountToken);
        ISettlementVault(next).depositFor(msg.sender, amountToken);
        uint256 takenToken = Math.saturatingSub(before, money.balanceOf(address(this)));
        if (takenToken != amountToken) revert SuccessorTookOtherAmount(next, amountToken, takenToken);
    }
}
