// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The errors of the settlement vault: each carries the values that offended.
interface ISettlementVaultErrors {
    error ZeroAddress();
    error TokenDecimalsTooMany(uint8 decimals, uint8 most);
    error ShardDepthTooDeep(uint8 depth, uint8 most);
    /// @param amountNano what the balance, or what is released and not taken, would have become; they stay below 2^63
    /// nano-USD
    error AmountTooLarge(uint256 amountNano);
    error NothingReceived(address token, uint256 amountToken);
    error FirstDepositTooSmall(uint256 amountNano, uint64 leastNano);
    error NothingRequested(address owner);
    error AccountAlreadyOpen(uint32 account, address owner);
    error NoSpendingAccount(address owner);
    error NoEarningAccount(address owner);
    error NotAccountOwner(uint32 account, address owner, address caller);
    error WithdrawalAlreadyOpen(uint32 account, uint32 request);
    error NoOpenRequest(uint32 account);
    error NothingToTake(uint32 account);
    error ReceiverIsTheVault();
    error InsufficientBalance(uint32 account, uint64 balanceNano, uint64 wantedNano);
    /// @param opensAt for the caller, if no epoch comes and nothing is released
    error EscapeNotOpen(uint64 opensAt, uint64 nowAt);
    error VaultPaused(uint64 pausedUntil);
    error PauseTooSoon(uint64 earliest, uint64 nowAt);
    /// @param latest by which every pause ends: a day before the hatch opens, unless an epoch comes
    error PauseTooLate(uint64 latest, uint64 nowAt);
    /// @param headEpoch epoch, @param headPart part and @param headHash hash that the vault is at
    error HeaderDoesNotFollow(
        bytes32 previousHeader, uint64 epoch, uint32 part, bytes32 headHash, uint64 headEpoch, uint32 headPart
    );
    error PartsOutOfRange(uint64 epoch, uint32 parts, uint32 most);
    /// The receipts tree has not the levels of the shards, or more than 32 below them.
    error LevelsOutOfRange(uint8 levels, uint8 least, uint8 most);
    /// Another root, sum, count, depth, number of parts, cut or block than the epoch's part 0 named.
    error EpochCommitmentChanged(uint64 epoch, uint32 part);
    error WordsHashMismatch(bytes32 inHeader, bytes32 ofWords);
    /// Within a part each slot is above the one before; over the parts of an epoch no debit slot is below it.
    error SlotsNotAscending(uint32 previous, uint32 next);
    error SlotCountMismatch(uint256 slots, uint256 words);
    /// @param slot holds an account above @param lastAccount, the highest id that is open
    error AccountNotOpen(uint32 slot, uint32 lastAccount);
    error LaneOutOfRange(uint32 slot, uint256 word);
    error BalanceUnderflow(uint32 slot, uint256 balances, uint256 debits);
    error BalanceOverflow(uint32 slot, uint256 balances, uint256 credits);
    error Unbalanced(uint256 debitsNano, uint256 creditsNano, uint64 partSumNano);
    /// @param settledNano sum of the parts so far: too much already, or too little and this is the last part
    error SumNotReached(uint64 epoch, uint64 settledNano, uint64 receiptsSumNano);
    /// The topmost 128 bits of a release are zero.
    error ReleaseTooWide(uint256 release);
    /// Owners left by the hatch with what this part debits of them.
    /// @param amountToken base units that `settler` has to pay in their place   @param readyToken what it has and has
    /// approved to the vault, or what of it arrived
    error ShortfallNotCovered(address settler, uint256 amountToken, uint256 readyToken);
    error ReleaseExceedsRequest(uint32 account, uint32 request, uint64 amountNano, uint64 requestedNano);
    /// @param from which it may be named, for SETTLER_NOTICE seconds; zero if it was not announced
    error SettlerNotAnnounced(address settler, uint64 from, uint64 nowAt);
    /// @param epoch the last, all of whose parts are settled or voided
    error NothingToVoid(uint64 epoch);
    error VoidTooSoon(uint64 earliest, uint64 nowAt);
    /// @param proposed by the account's owner, zero if nobody is
    error NotProposedOwner(uint32 account, address proposed, address caller);
    /// No other vault of this one's token.
    error NotASuccessor(address next);
    /// @param from which owners may migrate to `next`; both zero if none is announced
    error NoSuccessorYet(address next, uint64 from, uint64 nowAt);
    error SuccessorTookOtherAmount(address next, uint256 amountToken, uint256 takenToken);
}
