// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What the providers of one vault say of themselves: today, whose key signs for an earning account.
/// @notice The *owner* of an earning account withdraws what it earned, the *signer* signs outcomes for it: only the second key
/// has to lie where models run, and whoever steals it withdraws nothing. Until the owner announces another, the signer is who
/// opened the account: also when it has another owner by now, so that no change of owner convicts a settler. A new owner that
/// does not want the old one's key announces its own.
/// Nobody has a role here; nothing can be paused, taken back or changed but by an owner, after the notice.
///
/// A request is answered for by any key that was in force when it was admitted or at any time after, and by one that ended
/// less than OVERLAP before: so
/// - a request admitted just before a change may be answered just after it, with either key;
/// - a task that waits through an outage is answered, or expires, with the key of that day, however late that is: there is no
///   upper bound, which the owner, who sets both keys, could only use to have an honest settler convicted;
/// - a key that ended answers for nothing that was admitted OVERLAP or more after its end.
/// What was once true of a request that had been admitted stays true: ends only move on, and no change reaches back, so no
/// later announcement convicts a settler. A look-up is of a bounded number of words, however often the key was changed.
interface IProviderRegistry {
    error VaultHasNoCode(address vault);
    error NoticeOutOfRange(uint32 noticeSeconds, uint32 mostSeconds);
    error SignerZero(uint32 account);
    error NotAccountOwner(uint32 account, address owner, address caller);

    /// @param signer in force from `from` (unix seconds), unless another is announced before
    /// @param before in force until then   @param replaced announced before and never to come into force, zero if none
    event SignerAnnounced(
        uint32 indexed account, address indexed signer, address indexed before, address replaced, uint64 from
    );

    /// @notice Announces who signs for an earning account after SIGNER_NOTICE seconds. Only the account's owner. One that is
    /// announced and not in force is replaced, and its notice begins anew; to call off a change, announce the key in force.
    function announceSigner(uint32 account, address signer) external returns (uint64 from);

    /// @notice Whether `key` answers for a request to this earning account that was admitted at `admittedMillis`. Never of
    /// the zero address, which an invalid signature comes from and an account that nobody has opened belongs to.
    /// @param admittedMillis unix milliseconds, as in the request's receipt: not in the future
    function isSigner(uint32 account, address key, uint64 admittedMillis) external view returns (bool);

    /// @notice The same for all requests: `key` answers for those admitted before this.
    /// @return untilSeconds unix seconds; 2^64 - 1 of a key in force that nothing is to follow, zero of one never in force
    function signsUntil(uint32 account, address key) external view returns (uint64 untilSeconds);

    /// @notice Who signs now, and who was announced.
    /// @return signer in force   @return next zero if none is announced   @return nextFrom unix seconds, zero if none is
    function signerOf(uint32 account) external view returns (address signer, address next, uint64 nextFrom);

    function VAULT() external view returns (address);

    /// @notice Seconds from an announcement until it is in force.
    function SIGNER_NOTICE() external view returns (uint32);

    /// @notice Seconds for which a key that ended answers for requests admitted after its end: clocks of brokers and chains
    /// differ, and a process learns of a change when it asks.
    function OVERLAP() external view returns (uint32);
}
