// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What the books of a vault say: its accounts, its pauses, what is to follow it.
interface IVaultBooks {
    function spendingBalanceOf(uint32 account) external view returns (uint64 amountNano);
    function earningBalanceOf(uint32 account) external view returns (uint64 amountNano);
    function spendingAccounts() external view returns (uint32 count);
    function earningAccounts() external view returns (uint32 count);

    /// @notice Spending account of `owner`; ids start at 1, so 0 means none.
    function spendingAccountOf(address owner) external view returns (uint32 account);
    function spendingAccount(uint32 account)
        external
        view
        returns (
            address owner,
            uint32 lastRequest,
            uint64 openRequestNano,
            uint64 releasedNano,
            uint64 requestedAt,
            uint64 leftNano
        );
    function earningOwnerOf(uint32 account) external view returns (address owner);

    /// @notice Who may accept to be the owner of an earning account; zero if nobody is proposed.
    function proposedEarningOwnerOf(uint32 account) external view returns (address proposed);

    /// @notice Who opened an earning account: its first owner, whoever owns it by now.
    function earningOpenerOf(uint32 account) external view returns (address opener);

    /// @notice Earning account of `owner`. Reverts NoEarningAccount if it has none.
    function earningAccountOf(address owner) external view returns (uint32 account);

    /// @notice Whether the remainder of `epoch` was voided, and the last slot that its parts debit.
    function voidedEpoch(uint64 epoch) external view returns (bool voided, uint32 debitSlot);

    /// @notice The vault that follows this one, and from when on owners may migrate to it; both zero if none is announced.
    function successor() external view returns (address next, uint64 from);

    function token() external view returns (address);
    function SCALE() external view returns (uint64);
    function pausedUntil() external view returns (uint64);
    function pausableFrom() external view returns (uint64);
    function ESCAPE_AFTER() external view returns (uint64);
    function SETTLER_NOTICE() external view returns (uint64);
    function VOID_AFTER() external view returns (uint64);
    function PAUSE_FOR() external view returns (uint64);
    function PAUSE_EVERY() external view returns (uint64);
}
