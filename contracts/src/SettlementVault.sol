// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {IRareCalls} from "./interfaces/IRareCalls.sol";
import {ISettlementVault} from "./interfaces/ISettlementVault.sol";
import {MerkleSum} from "./libraries/MerkleSum.sol";
import {PackedWords} from "./libraries/PackedWords.sol";
import {StructHash} from "./libraries/StructHash.sol";
import {SettlerBonds} from "./SettlerBonds.sol";
import {VaultAccounts} from "./VaultAccounts.sol";

/// @title The vault of one settlement stream; what it promises is said in its interface.
/// @dev The chain of epoch headers and what it settles between the accounts, which are the VaultAccounts'.
/// The books are the first of its bases: its storage begins with theirs, as that of RareCalls does.
contract SettlementVault is SettlerBonds, AccessControlDefaultAdminRules, EIP712 {
    using PackedWords for PackedWords.Ledger;

    bytes32 public constant override SETTLER_ROLE = keccak256("SETTLER_ROLE");
    bytes32 public constant override GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");
    /// At the default limits of the stream's parts more than two million accounts.
    uint32 public constant override MAX_PARTS = 1024;
    uint48 private constant ADMIN_TRANSFER_DELAY = 2 days;
    uint8 private constant MAX_SHARD_DEPTH = 16;
    /// Leaves' indices in their shards are of so many bits.
    uint8 private constant MAX_LEVELS_OF_A_SHARD = 32;

    uint8 public immutable override SHARD_DEPTH;

    /// What part 0 of the epoch in progress said about the whole; stale once the epoch is complete.
    bytes32 private _epochCommitment;

    mapping(uint64 epoch => mapping(uint32 part => bytes32)) public override headerOf;
    mapping(address settler => uint64) public override settlerFrom;

    /// @param token_ settlement token with at most nine decimals
    /// @param shardDepth the topmost levels of every receipts tree, which join 2^shardDepth settlement shards
    /// @param minFirstDepositNano the least that opens a spending account: many accounts of dust make epochs dear
    /// @param admin names settlers and guardians, and is handed on in two steps
    /// @param treasury owner of earning account 0, which protocol fees go to
    /// @param terms of the settlers' bonds; without one no settler moves money
    constructor(
        IERC20 token_,
        uint8 shardDepth,
        uint64 minFirstDepositNano,
        address admin,
        address settler,
        address guardian,
        address treasury,
        BondTerms memory terms
    )
        VaultAccounts(token_, minFirstDepositNano, treasury)
        SettlerBonds(terms)
        AccessControlDefaultAdminRules(ADMIN_TRANSFER_DELAY, admin)
        EIP712("Millrace", "1")
    {
        if (settler == address(0) || guardian == address(0)) revert ZeroAddress();
        if (shardDepth > MAX_SHARD_DEPTH) revert ShardDepthTooDeep(shardDepth, MAX_SHARD_DEPTH);

        SHARD_DEPTH = shardDepth;
        // Before the first epoch the head is epoch 0, complete in one part, with the zero hash.
        _head.settledAt = uint40(block.timestamp);
        _head.parts = 1;
        _grantRole(SETTLER_ROLE, settler);
        _grantRole(GUARDIAN_ROLE, guardian);
    }

    /// @inheritdoc ISettlementVault
    function announceSettler(address settler) external override onlyRole(DEFAULT_ADMIN_ROLE) {
        uint64 from = uint64(block.timestamp) + SETTLER_NOTICE;
        settlerFrom[settler] = from;
        emit SettlerAnnounced(settler, from);
    }

    /// @dev A settler has been announced for SETTLER_NOTICE, and not for twice as long: a date that nobody remembers warns
    /// nobody.
    function grantRole(bytes32 role, address account) public override {
        super.grantRole(role, account);
        if (role != SETTLER_ROLE) return;
        uint64 from = settlerFrom[account];
        uint64 nowAt = uint64(block.timestamp);
        if (nowAt < from || nowAt >= from + SETTLER_NOTICE) revert SettlerNotAnnounced(account, from, nowAt);
        settlerFrom[account] = 0;
    }

    /// @inheritdoc ISettlementVault
    function settle(EpochHeader calldata header, SlotWords calldata words, uint256[] calldata releases)
        external
        override
        onlyRole(SETTLER_ROLE)
    {
        bytes32 headerHash = hashHeader(header);
        // A settler whose reply was lost posts again; what was settled stays settled, paused or not.
        if (headerOf[header.epoch][header.part] == headerHash) return;
        _requireNotPaused();
        uint64 settledNano = _follow(header);
        _requireWordsHash(header.wordsHash, words, releases);

        // A scope of its own keeps the stack shallow enough for builds without via-IR (tools/mutants.mjs).
        {
            uint256 debitsNano = _spending.debit(words.debitSlots, words.debits, spendingAccounts, _makeUp);
            uint256 creditsNano = _earning.credit(words.creditSlots, words.credits, earningAccounts - 1);
            if (debitsNano != header.partSumNano || creditsNano != header.partSumNano) {
                revert Unbalanced(debitsNano, creditsNano, header.partSumNano);
            }
        }
        uint40 turn = _standFor(header.epoch, header.part, header.partSumNano, _head.turn);
        for (uint256 i; i < releases.length; ++i) {
            _release(releases[i]);
        }

        headerOf[header.epoch][header.part] = headerHash;
        _head = Head({
            epoch: uint48(header.epoch),
            settledNano: settledNano,
            settledAt: uint40(block.timestamp),
            part: uint16(header.part),
            parts: uint16(header.parts),
            debitSlot: _ascend(header.part, words),
            turn: turn
        });
        emit EpochSettled({
            epoch: header.epoch,
            part: header.part,
            header: headerHash,
            parts: header.parts,
            receiptsRoot: header.receiptsRoot,
            receiptsSumNano: header.receiptsSumNano,
            receiptsCount: header.receiptsCount,
            partSumNano: header.partSumNano
        });
        _drawShortfall();
    }

    /// @inheritdoc IRareCalls
    function voidRemainder() external override onlyRole(SETTLER_ROLE) byRareCalls {}

    /// @inheritdoc IRareCalls
    function pause() external override onlyRole(GUARDIAN_ROLE) byRareCalls {}

    /// @inheritdoc IRareCalls
    function retire(address next) external override onlyRole(DEFAULT_ADMIN_ROLE) byRareCalls {}

    /// @inheritdoc ISettlementVault
    function verifyReceipt(uint64 epoch, Receipt calldata receipt, ReceiptProof calldata proof)
        external
        view
        override
        returns (bool)
    {
        EpochHeader calldata header = proof.header;
        if (header.epoch != epoch || headerOf[epoch][header.part] != hashHeader(header)) return false;
        if (!_isDebited(epoch, receipt.requesterAccount / 4)) return false;
        uint256 levels = header.levels;
        if (proof.siblings.length != levels) return false;
        uint256 shardLevels = levels - SHARD_DEPTH;
        // Every bit of index and shard is a turn of the path, so a leaf has one position only.
        if (receipt.index >> shardLevels != 0 || receipt.shard >> SHARD_DEPTH != 0) return false;
        return MerkleSum.verify({
            leaf: hashReceipt(receipt),
            leafSumNano: receipt.debitNano,
            path: (uint256(receipt.shard) << shardLevels) | receipt.index,
            siblings: proof.siblings,
            sumsNano: proof.sumsNano,
            root: header.receiptsRoot,
            rootSumNano: header.receiptsSumNano
        });
    }

    /// @inheritdoc ISettlementVault
    function head()
        external
        view
        override
        returns (bytes32 headerHash, uint64 epoch, uint32 part, uint32 parts, uint64 settledAt)
    {
        Head memory current = _head;
        return (headerOf[current.epoch][current.part], current.epoch, current.part, current.parts, current.settledAt);
    }

    /// @inheritdoc ISettlementVault
    function hashHeader(EpochHeader calldata header) public view override returns (bytes32) {
        return _hashTypedDataV4(StructHash.ofHeader(header));
    }

    /// @inheritdoc ISettlementVault
    function hashReceipt(Receipt calldata receipt) public view override returns (bytes32) {
        return _hashTypedDataV4(StructHash.ofReceipt(receipt));
    }

    /// @inheritdoc ISettlementVault
    function domainSeparator() external view override returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @dev Dismissal is at once, and takes back an announcement too.
    function _revokeRole(bytes32 role, address account) internal override returns (bool) {
        if (role == SETTLER_ROLE && settlerFrom[account] != 0) {
            settlerFrom[account] = 0;
            emit SettlerAnnounced(account, 0);
        }
        return super._revokeRole(role, account);
    }

    /// @dev Compare-and-swap on the chain of headers (M5), and the parts of one epoch held together (M4).
    /// @return settledNano sum of the epoch's parts, this one included
    function _follow(EpochHeader calldata header) private returns (uint64 settledNano) {
        Head memory current = _head;
        bytes32 headHash = headerOf[current.epoch][current.part];
        bool begins = current.part + 1 == current.parts;
        (uint64 epoch, uint32 part) = begins ? (current.epoch + 1, 0) : (current.epoch, current.part + 1);
        if (header.previousHeader != headHash || header.epoch != epoch || header.part != part) {
            revert HeaderDoesNotFollow({
                previousHeader: header.previousHeader,
                epoch: header.epoch,
                part: header.part,
                headHash: headHash,
                headEpoch: current.epoch,
                headPart: current.part
            });
        }
        if (header.parts == 0 || header.parts > MAX_PARTS) revert PartsOutOfRange(epoch, header.parts, MAX_PARTS);
        // Every position of the tree has a number that a leaf can name.
        if (header.levels < SHARD_DEPTH || header.levels > SHARD_DEPTH + MAX_LEVELS_OF_A_SHARD) {
            revert LevelsOutOfRange(header.levels, SHARD_DEPTH, SHARD_DEPTH + MAX_LEVELS_OF_A_SHARD);
        }
        if (header.parts > 1) {
            bytes32 commitment = keccak256(
                abi.encode(
                    header.receiptsRoot,
                    header.receiptsSumNano,
                    header.receiptsCount,
                    header.levels,
                    header.parts,
                    header.cutDigest,
                    header.l2Block
                )
            );
            if (begins) _epochCommitment = commitment;
            else if (commitment != _epochCommitment) revert EpochCommitmentChanged(epoch, part);
        } else if (!begins) {
            revert EpochCommitmentChanged(epoch, part);
        }

        settledNano = begins ? header.partSumNano : current.settledNano + header.partSumNano;
        bool ends = part + 1 == header.parts;
        if (settledNano > header.receiptsSumNano || (ends && settledNano != header.receiptsSumNano)) {
            revert SumNotReached(epoch, settledNano, header.receiptsSumNano);
        }
    }

    /// @dev The parts of an epoch debit in the order of the slots: where one ends in a slot, the next may go on.
    /// @return debitSlot last slot that the epoch's parts debit, this one included
    function _ascend(uint32 part, SlotWords calldata words) private view returns (uint32 debitSlot) {
        if (part != 0) debitSlot = _head.debitSlot;
        uint256 count = words.debits.length;
        if (count == 0) return debitSlot;
        uint32 first = uint32(words.debitSlots[0]);
        if (first < debitSlot) revert SlotsNotAscending(debitSlot, first);
        return uint32(PackedWords.slotAt(words.debitSlots, count - 1));
    }

    /// @dev Whether all is debited of a slot that this epoch debits. It is, below the last slot of the parts there are: those
    /// to come go on from there.
    function _isDebited(uint64 epoch, uint32 slot) private view returns (bool) {
        Head memory current = _head;
        if (epoch == current.epoch && current.part + 1 != current.parts) return slot < current.debitSlot;
        Voided memory cut = voidedEpoch[epoch];
        return !cut.voided || slot < cut.debitSlot;
    }

    function _isSettled(uint64 epoch, uint32 part) internal view override returns (bool) {
        return headerOf[epoch][part] != 0;
    }

    function _lastTurn() internal view override returns (uint40) {
        return _head.turn;
    }

    function _requireWordsHash(bytes32 inHeader, SlotWords calldata words, uint256[] calldata releases) private pure {
        bytes32 ofWords = keccak256(
            abi.encode(
                PackedWords.hash(words.debitSlots, words.debits),
                PackedWords.hash(words.creditSlots, words.credits),
                keccak256(abi.encodePacked(releases))
            )
        );
        if (inHeader != ofWords) revert WordsHashMismatch(inHeader, ofWords);
    }
}
