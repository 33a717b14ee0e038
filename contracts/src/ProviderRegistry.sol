// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IProviderRegistry} from "./interfaces/IProviderRegistry.sol";
import {ISettlementVault} from "./interfaces/ISettlementVault.sol";

/// @title The registry of providers; what it promises is said in its interface.
/// @dev Since a key answers for whatever was admitted before its last end, that end is all there is to remember of it.
contract ProviderRegistry is IProviderRegistry {
    /// In one word.
    struct Announced {
        address signer;
        uint64 from;
    }

    uint32 private constant MOST_NOTICE = 30 days;
    uint64 private constant MILLIS = 1000;

    uint32 public constant override OVERLAP = 10 minutes;
    address public immutable override VAULT;
    uint32 public immutable override SIGNER_NOTICE;

    /// The newest, in force or not; without one, who opened the account signs, whoever owns it by now.
    mapping(uint32 account => Announced) private _newest;
    /// In force until the newest is.
    mapping(uint32 account => address) private _before;
    /// When a key ended, or will, if it was followed; its last end counts.
    mapping(uint32 account => mapping(address key => uint64)) private _endOf;

    /// @param vault whose earning accounts these are
    /// @param noticeSeconds for every change: time in which processes ask, at most 30 days
    constructor(address vault, uint32 noticeSeconds) {
        if (vault.code.length == 0) revert VaultHasNoCode(vault);
        if (noticeSeconds == 0 || noticeSeconds > MOST_NOTICE) revert NoticeOutOfRange(noticeSeconds, MOST_NOTICE);
        VAULT = vault;
        SIGNER_NOTICE = noticeSeconds;
    }

    /// @inheritdoc IProviderRegistry
    function announceSigner(uint32 account, address signer) external override returns (uint64 from) {
        address owner = ISettlementVault(VAULT).earningOwnerOf(account);
        if (msg.sender != owner) revert NotAccountOwner(account, owner, msg.sender);
        if (signer == address(0)) revert SignerZero(account);

        (address before, address replaced,) = _signerOf(account);
        from = uint64(block.timestamp) + SIGNER_NOTICE;
        _before[account] = before;
        _endOf[account][before] = from;
        _newest[account] = Announced({signer: signer, from: from});
        emit SignerAnnounced(account, signer, before, replaced, from);
    }

    /// @inheritdoc IProviderRegistry
    function isSigner(uint32 account, address key, uint64 admittedMillis) external view override returns (bool) {
        return admittedMillis / MILLIS < signsUntil(account, key);
    }

    /// @inheritdoc IProviderRegistry
    function signsUntil(uint32 account, address key) public view override returns (uint64 untilSeconds) {
        if (key == address(0)) return 0;
        Announced memory newest = _newest[account];
        if (newest.signer == address(0)) return key == _openerOf(account) ? type(uint64).max : 0;
        if (key == newest.signer && newest.from <= block.timestamp) return type(uint64).max;
        uint64 end = _endOf[account][key];
        return end == 0 ? 0 : end + OVERLAP;
    }

    /// @inheritdoc IProviderRegistry
    function signerOf(uint32 account) external view override returns (address signer, address next, uint64 nextFrom) {
        return _signerOf(account);
    }

    function _signerOf(uint32 account) private view returns (address signer, address next, uint64 nextFrom) {
        Announced memory newest = _newest[account];
        if (newest.signer == address(0)) return (_openerOf(account), address(0), 0);
        if (newest.from <= block.timestamp) return (newest.signer, address(0), 0);
        return (_before[account], newest.signer, newest.from);
    }

    function _openerOf(uint32 account) private view returns (address) {
        return ISettlementVault(VAULT).earningOpenerOf(account);
    }
}
