// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The errors of the settlers' bonds: each carries the values that offended.
interface ISettlerBondsErrors {
    error BondTermsOutOfRange(uint32 bucketSeconds, uint8 cover);
    error NotTheTribunal(address caller, address tribunal);
    /// @param neededNano what the bond would have to be: COVER times the exposure, what open challenges hold, room for the
    /// fines of a window, and what is to be withdrawn
    error BondTooSmall(address settler, uint256 neededNano, uint64 bondNano);
    /// @param units of 2^22 nano-USD that one bucket would hold: they are counted in 32 bits
    error ExposureTooLarge(address settler, uint256 units);
    /// The part is not settled, or was settled before the window and nothing of the account is locked; or there is no such
    /// earning account.
    error NotAnswerable(uint64 epoch, uint32 part, uint32 account);
    error AlreadyCompensated(uint64 epoch, uint32 part, uint32 account);
    error NothingLocked(uint64 epoch, uint32 part, uint32 account);
    /// Less than one base unit of the token.
    error NothingToPay(address caller);
}

/// @title What happens to bonds. With the vault's other events they are enough to rebuild every balance.
interface ISettlerBondsEvents {
    /// From this part on, and until the next turn, the parts that move money are this settler's.
    event SettlerTurn(address indexed settler, uint64 indexed epoch, uint32 part);
    event BondPosted(address indexed settler, address indexed payer, uint64 amountNano);
    event BondWithdrawn(address indexed settler, address to, uint64 amountNano);
    /// What `settler` debited of `account` in a part was false.
    /// @param debitNano what it debited   @param victimNano went to what is released to the account
    /// @param rewardNano went to the challenger, a fine included   @param takenNano left the bond; what nobody got of it is
    /// burnt: the vault does not account for it any more
    event Slashed(
        address indexed settler,
        uint32 indexed account,
        address indexed challenger,
        uint64 epoch,
        uint32 part,
        uint64 debitNano,
        uint64 victimNano,
        uint64 rewardNano,
        uint64 takenNano
    );
    /// `settler` credited `account` with less than the receipts of the epoch do.
    /// @param earnedNano what they do, as it was shown   @param earnerNano went to the earning balance   @param rewardNano went
    /// to the challenger, a fine included   @param takenNano left the bond; what nobody got of it is burnt
    event SlashedForEarner(
        address indexed settler,
        uint32 indexed account,
        address indexed challenger,
        uint64 epoch,
        uint32 part,
        uint64 earnedNano,
        uint64 earnerNano,
        uint64 rewardNano,
        uint64 takenNano
    );
    event RewardTaken(address indexed challenger, address to, uint64 amountNano);
}

/// @title What a settler stands for with its own money, and how an immutable tribunal takes it for those it wronged.
/// @notice A *statement* is what one part of one epoch debits of one account. A part can be answered for while its bucket of
/// BUCKET seconds is among the last seven: the *window*. A settler's *exposure* is the sum of its parts in the window.
interface ISettlerBonds is ISettlerBondsErrors, ISettlerBondsEvents {
    /// @param tribunal the only contract that locks and slashes   @param bucketSeconds above zero
    /// @param cover the bond per exposure, at least 5: a false statement costs its settler twice what it debited, and an
    /// earner that is credited too little three times what it earned
    /// @param fineNano what a settler pays beyond that, once in a bucket
    struct BondTerms {
        address tribunal;
        uint32 bucketSeconds;
        uint8 cover;
        uint64 fineNano;
    }

    /// @notice Adds `amountToken` base units of the caller's to the bond of `settler`. Credits what really arrived. Also
    /// while paused.
    function postBond(address settler, uint256 amountToken) external returns (uint64 amountNano);

    /// @notice Pays out of the caller's bond what neither its exposure nor open challenges hold, in whole base units; dismissed
    /// or not.
    function withdrawBond(uint64 amountNano, address to) external returns (uint64 paidNano);

    /// @notice Pays out what the caller has earned by challenges, in whole base units.
    function takeReward(address to) external returns (uint64 paidNano);

    /// @notice Holds, of the bond of the statement's settler, twice what it debited, until `unlock` or `slash`, and
    /// keeps the statement answerable beyond the window. Of several locks of one statement the first holds the money, and it
    /// is free when all of them are. Never fails for want of bond.
    /// Only the tribunal, of a statement that is answerable and not compensated.
    /// @param debitNano of `account` in the part, above zero, as the header's words have it: the vault does not see them
    function lock(uint64 epoch, uint32 part, uint32 account, uint64 debitNano) external;

    /// @notice Undoes one `lock`: it was answered, or came to nothing. Only the tribunal, once for each lock, also after the
    /// statement was compensated.
    function unlock(uint64 epoch, uint32 part, uint32 account) external;

    /// @notice Compensates a false statement out of its settler's bond: 120 % of the debit to what is released to the account
    /// (as far as that stays below 2^63), 20 % to `challenger`, 60 % burnt; and of a statement within the window, once in
    /// a bucket, FINE_NANO to `challenger`. Locks of it hold nothing any more, and are still to be undone.
    /// Only the tribunal, once for a statement, that is answerable or locked.
    /// @param debitNano as in `lock`
    /// @return victimNano what was released to the account
    function slash(uint64 epoch, uint32 part, uint32 account, uint64 debitNano, address challenger)
        external
        returns (uint64 victimNano);

    /// @notice Compensates an earning account that an epoch credits with less than its receipts do, out of the bond of the
    /// settler of `part`: 120 % of what it earned to its balance (as far as that stays below 2^63), 20 % to
    /// `challenger`, 160 % burnt, so that no theft from others pays for a settler that convicts itself in favour of an
    /// account of its own; and once in a bucket FINE_NANO to `challenger`.
    /// Only the tribunal, once for an account and epoch, of a part that is answerable, and all in all no more than the part's
    /// sum: the vault knows neither.
    /// @param account earning account   @param earnedNano by the receipts
    /// @return earnerNano what was credited
    function slashForEarner(uint64 epoch, uint32 part, uint32 account, uint64 earnedNano, address challenger)
        external
        returns (uint64 earnerNano);

    /// @notice Whether the part is settled, and within the window.
    function answerable(uint64 epoch, uint32 part) external view returns (bool);

    /// @notice Who settled a part that moved money; of one that moved none, whoever did before; zero before the first one.
    function settlerOf(uint64 epoch, uint32 part) external view returns (address settler);

    /// @notice Locks of a statement, what they hold, and whether it is compensated.
    function statement(uint64 epoch, uint32 part, uint32 account)
        external
        view
        returns (uint64 lockedNano, uint32 locks, bool compensated);

    /// @notice The bond of `settler`, and what it would have to be now to settle a part of `partSumNano`; with zero, what is
    /// held of it.
    function bondOf(address settler, uint64 partSumNano) external view returns (uint64 bondNano, uint256 neededNano);
    function rewardOf(address challenger) external view returns (uint64 amountNano);

    function TRIBUNAL() external view returns (address);
    function BUCKET() external view returns (uint32 bucketSeconds);
    function COVER() external view returns (uint8);
    function FINE_NANO() external view returns (uint64);
}
