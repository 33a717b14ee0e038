// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IRareCalls} from "./interfaces/IRareCalls.sol";
import {ISettlementVault} from "./interfaces/ISettlementVault.sol";
import {PackedWords} from "./libraries/PackedWords.sol";
import {RareCalls} from "./RareCalls.sol";
import {VaultBooks} from "./VaultBooks.sol";

/// @title The accounts of a vault: every way that money comes in and goes out.
/// @dev Only settlements move it from account to account; they are the SettlementVault's. What a vault is asked
/// seldom is the code of RareCalls, which it creates with itself: so it is nobody's to choose, and needs no linking.
abstract contract VaultAccounts is ISettlementVault, VaultBooks {
    using PackedWords for PackedWords.Ledger;

    uint64 public immutable override MIN_FIRST_DEPOSIT;
    /// It came with the vault, and nothing can change it.
    address private immutable RARE_CALLS;

    /// Base units that the epoch being settled must draw.
    uint256 private transient _shortfallToken;

    /// @dev The function is that of RareCalls, run on this contract's storage: what it answers is the answer.
    modifier byRareCalls() {
        _askRareCalls();
        _;
    }

    constructor(IERC20 token_, uint64 minFirstDepositNano, address treasury) VaultBooks(token_) {
        if (treasury == address(0)) revert ZeroAddress();

        RARE_CALLS = address(new RareCalls(token_));
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

    /// @inheritdoc IRareCalls
    function openEarningAccount() external override byRareCalls returns (uint32 account) {}

    /// @inheritdoc IRareCalls
    function requestWithdrawal(uint64 amountNano) external override byRareCalls returns (uint32 request) {}

    /// @inheritdoc IRareCalls
    function cancelRequest() external override byRareCalls returns (uint32 request, uint64 amountNano) {}

    /// @inheritdoc IRareCalls
    function takeReleased(address to) external override byRareCalls returns (uint64 amountNano) {}

    /// @inheritdoc IRareCalls
    function escape(address to) external override byRareCalls returns (uint64 amountNano) {}

    /// @inheritdoc IRareCalls
    function migrate() external override byRareCalls returns (uint64 amountNano) {}

    /// @inheritdoc IRareCalls
    function withdrawEarnings(uint32 account, uint64 amountNano, address to)
        external
        override
        byRareCalls
        returns (uint64 paidNano)
    {}

    /// @inheritdoc IRareCalls
    function proposeEarningOwner(uint32 account, address proposed) external override byRareCalls {}

    /// @inheritdoc IRareCalls
    function acceptEarningOwner(uint32 account) external override byRareCalls {}

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

    function _openSpendingAccount(address owner) private returns (uint32 account) {
        account = ++spendingAccounts;
        spendingAccountOf[owner] = account;
        spendingAccount[account].owner = owner;
        emit SpendingAccountOpened(account, owner);
    }

    function _draw(uint256 amountToken) private nonReentrant {
        IERC20 money = IERC20(token);
        uint256 readyToken = Math.min(money.allowance(msg.sender, address(this)), money.balanceOf(msg.sender));
        if (readyToken < amountToken) revert ShortfallNotCovered(msg.sender, amountToken, readyToken);
        uint256 received = _transferIn(amountToken);
        if (received < amountToken) revert ShortfallNotCovered(msg.sender, amountToken, received);
    }

    /// @dev Never returns, which the compiler must not see: it would warn that the empty bodies are never reached.
    function _askRareCalls() private {
        address code = RARE_CALLS;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            let done := delegatecall(gas(), code, free, calldatasize(), 0, 0)
            returndatacopy(free, 0, returndatasize())
            if iszero(done) { revert(free, returndatasize()) }
            if done { return(free, returndatasize()) }
        }
    }
}
