// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {ISettlementVault} from "./interfaces/ISettlementVault.sol";
import {ISettlerBonds} from "./interfaces/ISettlerBonds.sol";
import {ITribunal} from "./interfaces/ITribunal.sol";
import {EarnedTotals} from "./libraries/EarnedTotals.sol";
import {EpochPaths} from "./libraries/EpochPaths.sol";
import {StructHash} from "./libraries/StructHash.sol";

/// @title The part of a tribunal that takes proofs of who was credited too little; what it promises is said in ITribunal.
/// @dev Also what its other part shares with it: how a header and a leaf are known to be the vault's.
abstract contract EarningsClaims is ITribunal {
    /// What a challenger has shown of an earning account in an epoch, in one word. `nextPosition` is one behind the last
    /// leaf's, shard << 32 | index, and `afterNano` the total that this one ends with.
    struct Claim {
        uint64 creditedNano;
        uint64 earnedNano;
        uint64 afterNano;
        uint48 nextPosition;
        uint16 nextPart;
    }

    address public immutable override VAULT;
    uint256 internal immutable SHARD_DEPTH;
    uint256 private immutable CHAIN;
    bytes32 private immutable DOMAIN;

    mapping(address challenger => mapping(uint64 epoch => mapping(uint32 account => Claim))) private _claims;
    mapping(uint64 epoch => mapping(uint32 account => bool)) public override earnerCompensated;
    /// Of the part's sum, what went to those who earned it.
    mapping(uint64 epoch => mapping(uint32 part => uint64)) private _takenOf;

    constructor(address vault) {
        VAULT = vault;
        SHARD_DEPTH = ISettlementVault(vault).SHARD_DEPTH();
        CHAIN = block.chainid;
        DOMAIN = ISettlementVault(vault).domainSeparator();
    }

    /// @inheritdoc ITribunal
    function proveUnderpaid(
        EpochHeader calldata header,
        uint32 account,
        CreditStatement[] calldata statements,
        Leaf[] calldata leaves
    ) external override returns (bool proven) {
        if (earnerCompensated[header.epoch][account]) {
            revert EarnerCompensated(header.epoch, account);
        }
        bytes32 domain = _domain();
        _requireSettled(header, domain);
        Claim memory claim;
        // Who begins with part 0 has shown nothing yet, leaves neither: so nothing counts twice.
        if (statements.length == 0 || statements[0].header.part != 0) {
            claim = _claims[msg.sender][header.epoch][account];
        }
        for (uint256 i; i < statements.length; ++i) {
            _addPart(claim, header, account, statements[i], domain);
        }
        if (claim.nextPart == 0) revert ClaimNotBegun(header.epoch, account);
        for (uint256 i; i < leaves.length; ++i) {
            _addLeaf(claim, header, account, leaves[i], domain);
        }
        proven = claim.nextPart == header.parts && claim.earnedNano > claim.creditedNano;
        if (proven) _compensate(header, account, claim);
        else _claims[msg.sender][header.epoch][account] = claim;
    }

    function _addPart(
        Claim memory claim,
        EpochHeader calldata header,
        uint32 account,
        CreditStatement calldata statement,
        bytes32 domain
    ) private view {
        EpochHeader calldata part = statement.header;
        if (part.epoch != header.epoch || part.part != claim.nextPart) revert PartsNotAscending(part.epoch, part.part);
        _requireSettled(part, domain);
        (bool opened, uint64 creditNano) = EpochPaths.creditOf(statement, account);
        if (!opened) revert StatementNotOpened(part.epoch, part.part, account);
        // The vault has seen to it that all parts together stay below 2^63.
        claim.creditedNano += creditNano;
        ++claim.nextPart;
    }

    function _addLeaf(
        Claim memory claim,
        EpochHeader calldata header,
        uint32 account,
        Leaf calldata leaf,
        bytes32 domain
    ) private view {
        Receipt calldata receipt = leaf.receipt;
        _requireLeaf(header, leaf, domain);
        uint64 position = _position(receipt.shard, receipt.index);
        if (position < claim.nextPosition) revert LeavesNotAscending(header.epoch, receipt.shard, receipt.index);
        bool sameShard = claim.nextPosition != 0 && (claim.nextPosition - 1) >> 32 == receipt.shard;
        (uint256 addedNano, uint256 afterNano) =
            EarnedTotals.addedBy(receipt.credits, account, sameShard ? claim.afterNano : 0);
        if (addedNano == 0) revert NotCredited(header.epoch, receipt.shard, receipt.index, account);

        // No account earns more than the whole epoch, whatever its leaves say.
        claim.earnedNano = uint64(Math.min(claim.earnedNano + addedNano, header.receiptsSumNano));
        claim.afterNano = uint64(Math.min(afterNano, type(uint64).max));
        claim.nextPosition = uint48(position + 1);
    }

    function _compensate(EpochHeader calldata header, uint32 account, Claim memory claim) private {
        earnerCompensated[header.epoch][account] = true;
        delete _claims[msg.sender][header.epoch][account];
        uint64 takenNano = _takenOf[header.epoch][header.part];
        uint64 earnedNano = uint64(Math.min(claim.earnedNano, header.partSumNano - takenNano));
        if (earnedNano == 0) revert NothingLeftOfThePart(header.epoch, header.part);
        _takenOf[header.epoch][header.part] = takenNano + earnedNano;
        uint64 earnerNano =
            ISettlerBonds(VAULT).slashForEarner(header.epoch, header.part, account, earnedNano, msg.sender);
        emit UnderpaymentProven({
            epoch: header.epoch,
            account: account,
            challenger: msg.sender,
            part: header.part,
            earnedNano: claim.earnedNano,
            creditedNano: claim.creditedNano,
            earnerNano: earnerNano
        });
    }

    /// @dev Half an epoch, or one that was cut short, was settled too: what was debited has to be answered for.
    function _requireSettled(EpochHeader calldata header, bytes32 domain) internal view {
        bytes32 digest = MessageHashUtils.toTypedDataHash(domain, StructHash.ofHeader(header));
        if (ISettlementVault(VAULT).headerOf(header.epoch, header.part) != digest) {
            revert NotTheVaultsHeader(header.epoch, header.part);
        }
    }

    function _requireLeaf(EpochHeader calldata header, Leaf calldata leaf, bytes32 domain) internal view {
        bytes32 digest = MessageHashUtils.toTypedDataHash(domain, StructHash.ofReceipt(leaf.receipt));
        if (!EpochPaths.isLeaf(header, SHARD_DEPTH, leaf, digest)) {
            revert LeafNotProven(header.epoch, leaf.receipt.shard, leaf.receipt.index);
        }
    }

    function _position(uint32 shard, uint32 index) internal pure returns (uint64) {
        return uint64(shard) << 32 | index;
    }

    /// @dev The vault's. It names the chain, which may split: it is asked for then.
    function _domain() internal view returns (bytes32) {
        return block.chainid == CHAIN ? DOMAIN : ISettlementVault(VAULT).domainSeparator();
    }
}
