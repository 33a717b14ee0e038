// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ISettlementVaultErrors} from "./interfaces/ISettlementVaultErrors.sol";
import {ISettlementVaultEvents} from "./interfaces/ISettlementVaultEvents.sol";
import {IVaultBooks} from "./interfaces/IVaultBooks.sol";
import {PackedWords} from "./libraries/PackedWords.sol";

/// @title The books of a vault: what it remembers of its accounts, and how tokens come in and go out.
/// @dev Vault and RareCalls both begin with them, so that the one can run the other's code on its own storage.
/// Amounts inside are nano-USD. Spending and earnings are two ledgers of packed words (see PackedWords).
abstract contract VaultBooks is IVaultBooks, ISettlementVaultErrors, ISettlementVaultEvents, ReentrancyGuardTransient {
    using PackedWords for PackedWords.Ledger;
    using SafeERC20 for IERC20;

    /// `openRequestNano` is what is not released yet of the last request, zero when none is open; `requestedAt` is when that
    /// one was made. `leftNano` has left the spending balance by the hatch and is not made up for yet.
    struct SpendingAccount {
        address owner;
        uint32 lastRequest;
        uint64 openRequestNano;
        uint64 releasedNano;
        uint64 requestedAt;
        uint64 leftNano;
    }

    /// Where the header chain stands, in one word. `settledNano` is the sum of the epoch's parts so far, `debitSlot` the
    /// last slot that they debit, `turn` the last settler's.
    struct Head {
        uint48 epoch;
        uint64 settledNano;
        uint40 settledAt;
        uint16 part;
        uint16 parts;
        uint32 debitSlot;
        uint40 turn;
    }

    /// Of an epoch that was cut short: the last slot that its parts debit, of which more may have been to come.
    struct Voided {
        bool voided;
        uint32 debitSlot;
    }

    /// The vault that follows, into which owners may migrate from `from` on.
    struct Successor {
        address next;
        uint64 from;
    }

    uint64 public constant override ESCAPE_AFTER = 7 days;
    /// A day longer than ESCAPE_AFTER: who asks for everything within a day of the announcement has left before.
    uint64 public constant override SETTLER_NOTICE = 8 days;
    uint64 public constant override VOID_AFTER = 1 days;
    uint64 public constant override PAUSE_FOR = 3 days;
    uint64 public constant override PAUSE_EVERY = 10 days;
    uint8 private constant NANO_DECIMALS = 9;
    uint256 internal constant MAX_BALANCE_NANO = 2 ** 63 - 1;

    address public immutable override token;
    uint64 public immutable override SCALE;

    PackedWords.Ledger internal _spending;
    PackedWords.Ledger internal _earning;

    mapping(address owner => uint32) public override spendingAccountOf;
    mapping(uint32 account => SpendingAccount) public override spendingAccount;
    mapping(uint32 account => address) public override earningOwnerOf;
    /// One more than the id, so that zero means none.
    mapping(address owner => uint32) internal _earningAccountPlusOne;
    mapping(uint32 account => address) public override proposedEarningOwnerOf;
    mapping(uint32 account => address) public override earningOpenerOf;
    mapping(uint64 epoch => Voided) public override voidedEpoch;
    Successor public override successor;
    Head internal _head;
    // In one word: a settlement reads the first three.
    uint32 public override spendingAccounts;
    uint32 public override earningAccounts;
    uint64 public override pausedUntil;
    uint64 public override pausableFrom;

    constructor(IERC20 token_) {
        if (address(token_) == address(0)) revert ZeroAddress();
        uint8 decimals = IERC20Metadata(address(token_)).decimals();
        if (decimals > NANO_DECIMALS) revert TokenDecimalsTooMany(decimals, NANO_DECIMALS);

        token = address(token_);
        SCALE = uint64(10 ** (NANO_DECIMALS - decimals));
    }

    /// @inheritdoc IVaultBooks
    function spendingBalanceOf(uint32 account) external view override returns (uint64 amountNano) {
        return _spending.balanceOf(account);
    }

    /// @inheritdoc IVaultBooks
    function earningBalanceOf(uint32 account) external view override returns (uint64 amountNano) {
        return _earning.balanceOf(account);
    }

    /// @inheritdoc IVaultBooks
    function earningAccountOf(address owner) external view override returns (uint32 account) {
        uint32 plusOne = _earningAccountPlusOne[owner];
        if (plusOne == 0) revert NoEarningAccount(owner);
        return plusOne - 1;
    }

    /// @dev Takes tokens from the caller. The transfer comes first: only what it brought is credited. A guard of the function
    /// that calls keeps a token's hooks out.
    /// @return wide nano-USD that came, as large as a uint256 can tell
    function _receive(uint256 amountToken) internal returns (uint256 wide) {
        uint256 received = _transferIn(amountToken);
        if (received == 0) revert NothingReceived(token, amountToken);
        return Math.saturatingMul(received, SCALE);
    }

    /// @return received base units that the transfer brought
    function _transferIn(uint256 amountToken) internal returns (uint256 received) {
        IERC20 money = IERC20(token);
        uint256 before = money.balanceOf(address(this));
        money.safeTransferFrom(msg.sender, address(this), amountToken);
        return Math.saturatingSub(money.balanceOf(address(this)), before);
    }

    function _pay(address to, uint64 amountNano) internal {
        if (to == address(0)) revert ZeroAddress();
        if (to == address(this)) revert ReceiverIsTheVault();
        IERC20(token).safeTransfer(to, amountNano / SCALE);
    }

    /// @return amountNano `wide`, which fits on top of what there is
    function _fitting(uint64 balanceNano, uint256 wide) internal pure returns (uint64 amountNano) {
        uint256 sumNano = Math.saturatingAdd(balanceNano, wide);
        if (sumNano > MAX_BALANCE_NANO) revert AmountTooLarge(sumNano);
        return uint64(wide);
    }

    function _openEarningAccount(address owner) internal returns (uint32 account) {
        account = earningAccounts++;
        earningOwnerOf[account] = owner;
        earningOpenerOf[account] = owner;
        _earningAccountPlusOne[owner] = account + 1;
        emit EarningAccountOpened(account, owner);
    }

    /// @dev Seconds since 1970 of the last settlement; before the first one, of the vault's creation.
    function _lastSettledAt() internal view returns (uint64) {
        return _head.settledAt;
    }

    function _requireNotPaused() internal view {
        if (block.timestamp < pausedUntil) revert VaultPaused(pausedUntil);
    }
}
