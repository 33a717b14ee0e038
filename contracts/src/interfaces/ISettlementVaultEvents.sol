// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What happens in the vault, complete enough for a stream to rebuild every balance.
interface ISettlementVaultEvents {
    event SpendingAccountOpened(uint32 indexed account, address indexed owner);
    event EarningAccountOpened(uint32 indexed account, address indexed owner);
    /// @param payer the owner or anyone; of what an epoch debits of one who has left by the hatch, the settler
    event Deposited(uint32 indexed account, address indexed owner, address indexed payer, uint64 amountNano);
    event WithdrawalRequested(uint32 indexed account, address indexed owner, uint32 indexed request, uint64 amountNano);
    event WithdrawalReleased(uint32 indexed account, address indexed owner, uint32 indexed request, uint64 amountNano);
    /// @param amountNano what was still open, and is not any more
    event WithdrawalCancelled(uint32 indexed account, address indexed owner, uint32 indexed request, uint64 amountNano);
    /// The request was no longer open (its owner had cancelled it or left by the hatch), so nothing moved.
    event ReleaseSkipped(uint32 indexed account, address indexed owner, uint32 indexed request, uint64 amountNano);
    event WithdrawalTaken(uint32 indexed account, address indexed owner, address to, uint64 amountNano);
    /// @param request the withdrawal request this closed, zero if none was open
    /// @param amountNano what was paid out, released money included, in whole base units
    /// @param spendingNano what left the spending ledger
    event Escaped(
        uint32 indexed account, address indexed owner, uint32 indexed request, uint64 amountNano, uint64 spendingNano
    );
    event EarningsWithdrawn(uint32 indexed account, address indexed owner, address to, uint64 amountNano);
    event EpochSettled(
        uint64 indexed epoch,
        uint32 indexed part,
        bytes32 indexed header,
        uint32 parts,
        bytes32 receiptsRoot,
        uint64 receiptsSumNano,
        uint64 receiptsCount,
        uint64 partSumNano
    );
    /// The epoch ends with `part`: what was to come of it is void, and the next epoch follows.
    /// @param parts that it was to have   @param settledNano sum of the parts that were settled
    /// @param debitSlot the last slot that they debit: what accounts below it owe of the epoch's receipts was paid
    event EpochVoided(
        uint64 indexed epoch,
        uint32 indexed part,
        address indexed by,
        uint32 parts,
        uint64 settledNano,
        uint32 debitSlot
    );
    /// @param from which it may be named, for SETTLER_NOTICE seconds; zero if the announcement is taken back
    event SettlerAnnounced(address indexed settler, uint64 from);
    event Paused(address indexed by, uint64 until);
    /// @param proposed zero if the proposal before is taken back
    event EarningOwnerProposed(uint32 indexed account, address indexed owner, address indexed proposed);
    event EarningOwnerChanged(uint32 indexed account, address indexed before, address indexed owner);
    /// @param next the vault that is to follow, and @param from when owners may migrate; both zero if that is taken back.
    /// Who migrates takes what was released (WithdrawalTaken) to there.
    event SuccessorAnnounced(address indexed next, uint64 from);
}
