// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVaultErrors} from "./ISettlementVaultErrors.sol";
import {ISettlementVaultEvents} from "./ISettlementVaultEvents.sol";

/// @title What a vault is asked seldom: by the owners of accounts, and by those who have a role, when something is to end.
interface IRareCalls is ISettlementVaultErrors, ISettlementVaultEvents {
    /// @notice Opens the caller's earning account; ids are dense, 0 is the treasury's.
    function openEarningAccount() external returns (uint32 account);

    /// @notice Asks that `amountNano` of the caller's spending balance be released by epochs (M7). One at a time: it is open
    /// until all of it is released, or its owner cancels it or leaves by the hatch. Until then no other can be made, so
    /// nothing makes an open one younger.
    function requestWithdrawal(uint64 amountNano) external returns (uint32 request);

    /// @notice Takes back what is still open of the caller's request. A release of it that an epoch brings later moves nothing.
    /// @return request its number
    /// @return amountNano what was still open
    function cancelRequest() external returns (uint32 request, uint64 amountNano);

    /// @notice Pays out what epochs have released to the caller, in whole base units; the rest stays released.
    function takeReleased(address to) external returns (uint64 amountNano);

    /// @notice The hatch, open to everyone when no epoch came for ESCAPE_AFTER seconds, and to the owner of a request that
    /// has been open for as long, whatever epochs came. Closes the caller's open request, and pays out what was released
    /// and, in the first case, the whole spending balance, in the other what was open, up to the balance; in whole base
    /// units, and what is left of a base unit stays released.
    function escape(address to) external returns (uint64 amountNano);

    /// @notice Pays out `amountNano` (cut to whole base units) of earnings of `account`, owned by the caller, at once.
    function withdrawEarnings(uint32 account, uint64 amountNano, address to) external returns (uint64 paidNano);

    /// @notice Proposes that `proposed` be the owner of earning account `account`, which the caller owns: that it alone
    /// withdraws what is earned, from when it accepts. One at a time; zero takes the proposal back. Who signs for the
    /// account does not change by that (IProviderRegistry).
    function proposeEarningOwner(uint32 account, address proposed) external;

    /// @notice Makes the caller, whom the owner has proposed and who has no earning account, the owner of `account`, and of
    /// what is earned and not withdrawn.
    function acceptEarningOwner(uint32 account) external;

    /// @notice Ends an epoch of which no part has come for VOID_AFTER seconds, those of a pause not counted, with the parts
    /// that were settled: they stay settled, and the next epoch follows the last of them. Only SETTLER_ROLE.
    function voidRemainder() external;

    /// @notice Stops deposits and epochs for PAUSE_FOR seconds; it ends by itself, and a day before the hatch would open to
    /// everyone. Only GUARDIAN_ROLE, and not again before PAUSE_EVERY seconds have passed since the last one began.
    function pause() external;

    /// @notice Announces the vault that is to follow this one: SETTLER_NOTICE seconds later owners may `migrate`, if they
    /// want to. Nothing else changes; who stays, stays. Only the admin. Announced again, the notice begins again; zero
    /// takes the announcement back.
    /// @param next a vault of the same token
    function retire(address next) external;

    /// @notice Deposits what epochs have released to the caller, in whole base units, for it in the successor; the rest
    /// stays released. It is `takeReleased` and a deposit in one: what is not released yet is asked for before, so that
    /// what the stream has charged of it is paid.
    function migrate() external returns (uint64 amountNano);
}
