// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {ISettlementVault} from "./interfaces/ISettlementVault.sol";
import {MerkleSum} from "./libraries/MerkleSum.sol";
import {PackedWords} from "./libraries/PackedWords.sol";
import {StructHash} from "./libraries/StructHash.sol";
import {VaultAccounts} from "./VaultAccounts.sol";

/// @title The vault of one settlement stream; what it promises is said in its interface.
/// @dev The chain of epoch headers and what it settles between the accounts, which are the VaultAccounts'.
contract SettlementVault is AccessControlDefaultAdminRules, EIP712, VaultAccounts {
    using PackedWords for PackedWords.Ledger;

    /// Where the header chain stands, in one word. `settledNano` is the sum of the epoch's parts so far.
    struct Head {
        uint64 epoch;
        uint64 settledAt;
        uint64 settledNano;
        uint32 part;
        uint32 parts;
    }

    bytes32 public constant override SETTLER_ROLE = keccak256("SETTLER_ROLE");
    bytes32 public constant override GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");
    uint64 public constant override PAUSE_FOR = 3 days;
    uint64 public constant override PAUSE_EVERY = 10 days;
    /// Between the end of a pause and the hatch that opens because no epoch could come: an epoch still can.
    uint64 private constant PAUSE_ENDS_BEFORE_ESCAPE = 1 days;
    uint48 private constant ADMIN_TRANSFER_DELAY = 2 days;
    uint8 private constant MAX_SHARD_DEPTH = 16;

    uint8 public immutable override SHARD_DEPTH;

    uint64 public override pausedUntil;
    uint64 public override pausableFrom;
    Head private _head;
    /// What part 0 of the epoch in progress said about the whole; stale once the epoch is complete.
    bytes32 private _epochCommitment;

    mapping(uint64 epoch => mapping(uint32 part => bytes32)) public override headerOf;

    /// @param token_ settlement token with at most nine decimals
    /// @param shardDepth the topmost levels of every receipts tree, which join 2^shardDepth settlement shards
    /// @param minFirstDepositNano the least that opens a spending account: many accounts of dust make epochs dear
    /// @param admin names settlers and guardians, and is handed on in two steps
    /// @param treasury owner of earning account 0, which protocol fees go to
    constructor(
        IERC20 token_,
        uint8 shardDepth,
        uint64 minFirstDepositNano,
        address admin,
        address settler,
        address guardian,
        address treasury
    )
        VaultAccounts(token_, minFirstDepositNano, treasury)
        AccessControlDefaultAdminRules(ADMIN_TRANSFER_DELAY, admin)
        EIP712("Millrace", "1")
    {
        if (settler == address(0) || guardian == address(0)) revert ZeroAddress();
        if (shardDepth > MAX_SHARD_DEPTH) revert ShardDepthTooDeep(shardDepth, MAX_SHARD_DEPTH);

        SHARD_DEPTH = shardDepth;
        // Before the first epoch the head is epoch 0, complete in one part, with the zero hash.
        _head = Head({epoch: 0, settledAt: uint64(block.timestamp), settledNano: 0, part: 0, parts: 1});
        _grantRole(SETTLER_ROLE, settler);
        _grantRole(GUARDIAN_ROLE, guardian);
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
        for (uint256 i; i < releases.length; ++i) {
            _release(releases[i]);
        }

        headerOf[header.epoch][header.part] = headerHash;
        _head = Head({
            epoch: header.epoch,
            settledAt: uint64(block.timestamp),
            settledNano: settledNano,
            part: header.part,
            parts: header.parts
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

    /// @inheritdoc ISettlementVault
    function pause() external override onlyRole(GUARDIAN_ROLE) {
        uint64 nowAt = uint64(block.timestamp);
        if (nowAt < pausableFrom) revert PauseTooSoon(pausableFrom, nowAt);
        uint64 latest = _head.settledAt + ESCAPE_AFTER - PAUSE_ENDS_BEFORE_ESCAPE;
        if (nowAt >= latest) revert PauseTooLate(latest, nowAt);
        uint64 until = nowAt + PAUSE_FOR;
        if (until > latest) until = latest;
        pausedUntil = until;
        pausableFrom = nowAt + PAUSE_EVERY;
        emit Paused(msg.sender, until);
    }

    /// @inheritdoc ISettlementVault
    function verifyReceipt(uint64 epoch, Receipt calldata receipt, ReceiptProof calldata proof)
        external
        view
        override
        returns (bool)
    {
        EpochHeader calldata header = proof.header;
        if (header.epoch != epoch || !_isComplete(epoch)) return false;
        if (headerOf[epoch][header.part] != hashHeader(header)) return false;
        uint256 levels = header.levels;
        if (proof.siblings.length != levels || levels < SHARD_DEPTH) return false;
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
        if (header.parts == 0) revert EpochWithoutParts(epoch);
        if (header.parts > 1) {
            bytes32 commitment = keccak256(
                abi.encode(
                    header.receiptsRoot, header.receiptsSumNano, header.receiptsCount, header.levels, header.parts
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

    function _isComplete(uint64 epoch) private view returns (bool) {
        Head memory current = _head;
        return epoch < current.epoch || (epoch == current.epoch && current.part + 1 == current.parts);
    }

    function _lastSettledAt() internal view override returns (uint64) {
        return _head.settledAt;
    }

    function _requireNotPaused() internal view override {
        if (block.timestamp < pausedUntil) revert VaultPaused(pausedUntil);
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
