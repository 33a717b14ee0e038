// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ISettlementVault} from "./interfaces/ISettlementVault.sol";
import {PackedWords} from "./libraries/PackedWords.sol";

/// @title The accounts of a vault: every way that money comes in and goes out.
/// @dev Only settlements move it from account to account; they are the SettlementVault's. Amounts inside are nano-USD.
/// Spending and earnings are two ledgers of packed words (see PackedWords).
abstract contract VaultAccounts is ISettlementVault, ReentrancyGuardTransient {
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

    uint64 public constant override ESCAPE_AFTER = 7 days;
    uint8 private constant NANO_DECIMALS = 9;
    uint256 private constant MAX_BALANCE_NANO = 2 ** 63 - 1;

    address public immutable override token;
    uint64 public immutable override SCALE;
    uint64 public immutable override MIN_FIRST_DEPOSIT;

    PackedWords.Ledger internal _spending;
    PackedWords.Ledger internal _earning;

    mapping(address owner => uint32) public override spendingAccountOf;
    mapping(uint32 account => SpendingAccount) public override spendingAccount;
    mapping(uint32 account => address) public override earningOwnerOf;
    /// One more than the id, so that zero means none.
    mapping(address owner => uint32) private _earningAccountPlusOne;
    // Last, so that the vault's pausedUntil shares their word: a settlement reads all three.
    uint32 public override spendingAccounts;
    uint32 public override earningAccounts;

    /// Base units that the epoch being settled must draw.
    uint256 private transient _shortfallToken;

    constructor(IERC20 token_, uint64 minFirstDepositNano, address treasury) {
        if (address(token_) == address(0) || treasury == address(0)) revert ZeroAddress();
        uint8 decimals = IERC20Metadata(address(token_)).decimals();
        if (decimals > NANO_DECIMALS) revert TokenDecimalsTooMany(decimals, NANO_DECIMALS);

        token = address(token_);
        SCALE = uint64(10 ** (NANO_DECIMALS - decimals));
        MIN_FIRST_DEPOSIT = minFirstDepositNano;
        _openEarningAccount(treasury);
    }

    /// @inheritdoc ISettlementVault
    function deposit(uint256 amountToken) external override returns (uint32 account, uint64 amountNano) {
        return depositFor(msg.sender, amountToken);
    }

    /// @inheritdoc ISettlementVault
    function depositFor(address owner, uint256 amountToken)
        public
        override
        nonReentrant
        returns (uint32 account, uint64 amountNano)
    {
        if (owner == address(0)) revert ZeroAddress();
        _requireNotPaused();

        uint256 wide = _receive(amountToken);
        account = spendingAccountOf[owner];
        if (account == 0) {
            if (wide < MIN_FIRST_DEPOSIT) revert FirstDepositTooSmall(wide, MIN_FIRST_DEPOSIT);
            account = _openSpendingAccount(owner);
        }
        amountNano = _fitting(_spending.balanceOf(account), wide);
        _spending.creditAccount(account, amountNano);
        emit Deposited(account, owner, msg.sender, amountNano);
    }

    /// @inheritdoc ISettlementVault
    function openEarningAccount() external override returns (uint32 account) {
        uint32 plusOne = _earningAccountPlusOne[msg.sender];
        if (plusOne != 0) revert AccountAlreadyOpen(plusOne - 1, msg.sender);
        return _openEarningAccount(msg.sender);
    }

    /// @inheritdoc ISettlementVault
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

    /// @inheritdoc ISettlementVault
    function cancelRequest() external override returns (uint32 request, uint64 amountNano) {
        uint32 account = _spendingAccountOfCaller();
        SpendingAccount storage it = spendingAccount[account];
        amountNano = it.openRequestNano;
        if (amountNano == 0) revert NoOpenRequest(account);

        request = it.lastRequest;
        it.openRequestNano = 0;
        emit WithdrawalCancelled(account, msg.sender, request, amountNano);
    }

    /// @inheritdoc ISettlementVault
    function takeReleased(address to) external override nonReentrant returns (uint64 amountNano) {
        uint32 account = _spendingAccountOfCaller();
        SpendingAccount storage it = spendingAccount[account];
        amountNano = _payable(account, it.releasedNano);

        it.releasedNano -= amountNano;
        emit WithdrawalTaken(account, msg.sender, to, amountNano);
        _pay(to, amountNano);
    }

    /// @inheritdoc ISettlementVault
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

    /// @inheritdoc ISettlementVault
    function withdrawEarnings(uint32 account, uint64 amountNano, address to)
        external
        override
        nonReentrant
        returns (uint64 paidNano)
    {
        address owner = earningOwnerOf[account];
        if (owner != msg.sender) revert NotAccountOwner(account, owner, msg.sender);
        uint64 balanceNano = _earning.balanceOf(account);
        if (amountNano > balanceNano) revert InsufficientBalance(account, balanceNano, amountNano);
        paidNano = _payable(account, amountNano);

        _earning.debitAccount(account, paidNano);
        emit EarningsWithdrawn(account, msg.sender, to, paidNano);
        _pay(to, paidNano);
    }

    /// @inheritdoc ISettlementVault
    function spendingBalanceOf(uint32 account) external view override returns (uint64 amountNano) {
        return _spending.balanceOf(account);
    }

    /// @inheritdoc ISettlementVault
    function earningBalanceOf(uint32 account) external view override returns (uint64 amountNano) {
        return _earning.balanceOf(account);
    }

    /// @inheritdoc ISettlementVault
    function earningAccountOf(address owner) external view override returns (uint32 account) {
        uint32 plusOne = _earningAccountPlusOne[owner];
        if (plusOne == 0) revert NoEarningAccount(owner);
        return plusOne - 1;
    }

    /// @dev Gives back what a request asked for, or what the stream found left of it; the rest stays open, as old as it is.
    /// Never fails for a request that is gone: its owner may have cancelled it or left by the hatch after the epoch was
    /// sealed.
    /// @param release account << 96 | request << 64 | amountNano
    function _release(uint256 release) internal {
        if (release >> 128 != 0) revert ReleaseTooWide(release);
        uint32 account = uint32(release >> 96);
        uint32 request = uint32(release >> 64);
        uint64 amountNano = uint64(release);
        SpendingAccount storage it = spendingAccount[account];
        if (it.openRequestNano == 0 || it.lastRequest != request) {
            emit ReleaseSkipped(account, it.owner, request, amountNano);
            return;
        }
        if (amountNano > it.openRequestNano) {
            revert ReleaseExceedsRequest(account, request, amountNano, it.openRequestNano);
        }
        _spending.debitAccount(account, amountNano);
        it.openRequestNano -= amountNano;
        it.releasedNano += amountNano;
        emit WithdrawalReleased(account, it.owner, request, amountNano);
    }

    /// @dev Credits those of a slot whose balance has left by the hatch with what an epoch that was sealed before debits of
    /// them all the same, in whole base units. `_drawShortfall` must follow.
    /// @return balances with which the debits can be paid, if no more is missing than has left
    function _makeUp(uint256 slot, uint256 balances, uint256 debits) internal returns (uint256) {
        if (debits & PackedWords.GUARD != 0) return balances;
        for (uint256 lane; lane < 4; ++lane) {
            uint256 balanceNano = uint64(balances >> (64 * lane));
            uint256 debitNano = uint64(debits >> (64 * lane));
            if (debitNano > balanceNano) {
                uint32 account = uint32(slot * 4 + lane);
                SpendingAccount storage it = spendingAccount[account];
                uint256 missingNano = debitNano - balanceNano;
                if (missingNano > it.leftNano) revert BalanceUnderflow(uint32(slot), balances, debits);
                uint256 missingToken = Math.ceilDiv(missingNano, SCALE);
                it.leftNano -= uint64(missingNano);
                _shortfallToken += missingToken;
                balances += (missingToken * SCALE) << (64 * lane);
                emit Deposited(account, it.owner, msg.sender, uint64(missingToken * SCALE));
            }
        }
        return balances;
    }

    /// @dev Pays for what `_makeUp` has credited, from the settler's tokens.
    function _drawShortfall() internal {
        uint256 amountToken = _shortfallToken;
        if (amountToken == 0) return;
        _shortfallToken = 0;
        _draw(amountToken);
    }

    /// @dev Takes tokens from the caller. The transfer comes first: only what it brought is credited. A guard of the function
    /// that calls keeps a token's hooks out.
    /// @return wide nano-USD that came, as large as a uint256 can tell
    function _receive(uint256 amountToken) internal returns (uint256 wide) {
        uint256 received = _transferIn(amountToken);
        if (received == 0) revert NothingReceived(token, amountToken);
        return Math.saturatingMul(received, SCALE);
    }

    /// @return amountNano `wide`, which fits on top of what there is
    function _fitting(uint64 balanceNano, uint256 wide) internal pure returns (uint64 amountNano) {
        uint256 sumNano = Math.saturatingAdd(balanceNano, wide);
        if (sumNano > MAX_BALANCE_NANO) revert AmountTooLarge(sumNano);
        return uint64(wide);
    }

    /// @dev For what an account was debited falsely, as far as what is released and what can be of its open request stay in
    /// range: no epoch and no way out fails because of it.
    /// @return paidNano of `amountNano`
    function _compensate(uint32 account, uint64 amountNano) internal returns (uint64 paidNano) {
        SpendingAccount storage it = spendingAccount[account];
        uint256 room = Math.saturatingSub(MAX_BALANCE_NANO, uint256(it.releasedNano) + it.openRequestNano);
        paidNano = uint64(Math.min(amountNano, room));
        it.releasedNano += paidNano;
    }

    /// @dev For what an account was not credited, as far as its balance stays in range.
    /// @return paidNano of `amountNano`
    function _compensateEarner(uint32 account, uint64 amountNano) internal returns (uint64 paidNano) {
        paidNano = uint64(Math.min(amountNano, MAX_BALANCE_NANO - _earning.balanceOf(account)));
        _earning.creditAccount(account, paidNano);
    }

    /// @dev Seconds since 1970 of the last settlement; before the first one, of the vault's creation.
    function _lastSettledAt() internal view virtual returns (uint64);

    function _requireNotPaused() internal view virtual;

    function _openSpendingAccount(address owner) private returns (uint32 account) {
        account = ++spendingAccounts;
        spendingAccountOf[owner] = account;
        spendingAccount[account].owner = owner;
        emit SpendingAccountOpened(account, owner);
    }

    function _openEarningAccount(address owner) private returns (uint32 account) {
        account = earningAccounts++;
        earningOwnerOf[account] = owner;
        _earningAccountPlusOne[owner] = account + 1;
        emit EarningAccountOpened(account, owner);
    }

    function _draw(uint256 amountToken) private nonReentrant {
        IERC20 money = IERC20(token);
        uint256 readyToken = Math.min(money.allowance(msg.sender, address(this)), money.balanceOf(msg.sender));
        if (readyToken < amountToken) revert ShortfallNotCovered(msg.sender, amountToken, readyToken);
        uint256 received = _transferIn(amountToken);
        if (received < amountToken) revert ShortfallNotCovered(msg.sender, amountToken, received);
    }

    /// @return received base units that the transfer brought
    function _transferIn(uint256 amountToken) private returns (uint256 received) {
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
}
