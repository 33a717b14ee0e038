// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IProviderRegistry} from "./interfaces/IProviderRegistry.sol";
import {ISettlementVault} from "./interfaces/ISettlementVault.sol";
import {ISettlerBonds} from "./interfaces/ISettlerBonds.sol";
import {ITribunal} from "./interfaces/ITribunal.sol";
import {EarningsClaims} from "./EarningsClaims.sol";
import {ChargeRules} from "./libraries/ChargeRules.sol";
import {EpochPaths} from "./libraries/EpochPaths.sol";
import {SignedStructs} from "./libraries/SignedStructs.sol";

/// @title The tribunal of one vault; what it promises is said in its interface.
/// @dev It holds no money but deposits. Which epochs there are, and who owns what, the vault says; what a charge must be,
/// ChargeRules.
contract Tribunal is EarningsClaims {
    /// In one word. Open while there is a challenger; the deadline stays for ever, so that none is opened twice.
    struct Challenge {
        address challenger;
        uint32 deadline;
        uint64 debitNano;
    }

    uint256 private constant BUCKETS_AT_LEAST = 6;
    uint256 private constant ROUNDS = 2;

    address public immutable override REGISTRY;
    address public immutable override PROVIDERS;
    uint32 public immutable override RESPONSE;
    uint256 public immutable override DEPOSIT;

    mapping(bytes32 challenge => Challenge) public override challenges;
    mapping(address owner => uint256) public override depositOf;
    /// Of compensated statements, those of later parts: of the first part, and so of most epochs, the vault knows.
    mapping(uint64 epoch => mapping(uint32 account => bool)) private _voidByLaterPart;

    /// @param vault which names this contract as its tribunal
    /// @param registry where the stream has its prices from
    /// @param providers of that vault: whose key signs for an earning account
    /// @param responseSeconds in which a challenge is to be answered: longer than a transaction can be kept off the chain
    /// @param depositWei that comes with a challenge: about what an answer costs
    constructor(address vault, address registry, address providers, uint32 responseSeconds, uint256 depositWei)
        EarningsClaims(vault)
    {
        address named = ISettlerBonds(vault).TRIBUNAL();
        if (named != address(this)) revert NotTheVaultsTribunal(named);
        named = IProviderRegistry(providers).VAULT();
        if (named != vault) revert NotTheVaultsProviders(providers, named);
        uint256 mostSeconds = BUCKETS_AT_LEAST * ISettlerBonds(vault).BUCKET() / ROUNDS;
        if (responseSeconds == 0 || responseSeconds > mostSeconds) {
            revert ResponseOutOfRange(responseSeconds, mostSeconds);
        }

        REGISTRY = registry;
        PROVIDERS = providers;
        RESPONSE = responseSeconds;
        DEPOSIT = depositWei;
    }

    /// @inheritdoc ITribunal
    function proveLeaf(Statement calldata statement, Leaf calldata leaf) external override returns (Fault fault) {
        uint64 debitNano = _accuse(statement, leaf, _domain());
        fault = ChargeRules.faultOfLeaf(IModelRegistry(REGISTRY), leaf.receipt);
        _convict(statement, debitNano, fault);
    }

    /// @inheritdoc ITribunal
    function proveAgainstRequest(Statement calldata statement, Leaf calldata leaf, InferenceRequest calldata request)
        external
        override
        returns (Fault fault)
    {
        bytes32 domain = _domain();
        uint64 debitNano = _accuse(statement, leaf, domain);
        fault = _faultOfRequest(leaf.receipt, request, domain);
        _convict(statement, debitNano, fault);
    }

    /// @inheritdoc ITribunal
    function provePair(Statement calldata statement, Leaf calldata leaf, Leaf calldata other)
        external
        override
        returns (Fault fault)
    {
        bytes32 domain = _domain();
        uint64 debitNano = _accuse(statement, leaf, domain);
        _requireLeaf(statement.header, other, domain);
        fault = ChargeRules.faultInEpoch(leaf.receipt, other.receipt);
        _convict(statement, debitNano, fault);
    }

    /// @inheritdoc ITribunal
    function provePairOfEpochs(
        Statement calldata statement,
        Leaf calldata leaf,
        Statement calldata before,
        Leaf calldata other
    ) external override returns (Fault fault) {
        uint64 earlier = before.header.epoch;
        if (earlier >= statement.header.epoch) revert PairOutOfOrder(statement.header.epoch, earlier);
        bytes32 domain = _domain();
        uint64 debitNano = _accuse(statement, leaf, domain);
        // What it debits had a bond, and could be challenged: leaves that nothing is debited for prove nothing.
        _accuse(before, other, domain);
        if (_isVoid(before.header, before.account)) revert LeafVoid(earlier, before.account);
        fault = ChargeRules.faultAfterEpoch(leaf.receipt, other.receipt, earlier);
        _convict(statement, debitNano, fault);
    }

    /// @inheritdoc ITribunal
    function challengeStatement(Statement calldata statement, Statement[] calldata others)
        external
        payable
        override
        returns (bytes32 challenge)
    {
        bytes32 domain = _domain();
        uint64 debitNano = _open(statement, domain);
        uint64 demandedNano = debitNano;
        for (uint256 i; i < others.length; ++i) {
            EpochHeader calldata header = others[i].header;
            if (
                header.epoch != statement.header.epoch || header.part == statement.header.part
                    || (i != 0 && header.part <= others[i - 1].header.part)
            ) revert PartsNotAscending(header.epoch, header.part);
            if (others[i].account != statement.account) {
                revert AnotherAccount(statement.account, others[i].account);
            }
            demandedNano += _open(others[i], domain);
        }
        return _challenge(statement, debitNano, Kind.Statement, demandedNano);
    }

    /// @inheritdoc ITribunal
    function challengeLeaf(Statement calldata statement, uint32 shard, uint32 index)
        external
        payable
        override
        returns (bytes32 challenge)
    {
        uint64 debitNano = _open(statement, _domain());
        if (!EpochPaths.hasPosition(statement.header, SHARD_DEPTH, shard, index)) {
            revert PositionOutsideTheTree(statement.header.epoch, shard, index);
        }
        return _challenge(statement, debitNano, Kind.Leaf, _position(shard, index));
    }

    /// @inheritdoc ITribunal
    function answerLeaf(EpochHeader calldata header, uint32 account, Leaf calldata leaf, Evidence calldata evidence)
        external
        override
    {
        Receipt calldata receipt = leaf.receipt;
        bytes32 domain = _domain();
        _requireSettled(header, domain);
        _requireLeaf(header, leaf, domain);
        Fault fault = _faultOfRequest(receipt, evidence.request, domain);
        if (fault == Fault.None) fault = ChargeRules.faultOfLeaf(IModelRegistry(REGISTRY), receipt);
        if (fault != Fault.None) revert AnswerProvesFault(fault);
        address signer = SignedStructs.signerOf(receipt.requestId, evidence.requestSignature);
        if (signer != evidence.request.requester) revert RequestNotSigned(evidence.request.requester, signer);
        _requireOutcome(receipt, evidence.outcome, domain);
        signer = SignedStructs.signerOf(receipt.outcome, evidence.outcomeSignature);
        _requireProvider(receipt.providerAccount, signer, receipt.admittedMillis);

        _answer(header, account, Kind.Leaf, _position(receipt.shard, receipt.index));
    }

    /// @inheritdoc ITribunal
    function answerEmpty(
        EpochHeader calldata header,
        uint32 account,
        uint32 shard,
        uint32 index,
        bytes32[] calldata siblings,
        uint64[] calldata sumsNano
    ) external override {
        _requireSettled(header, _domain());
        // Only positions that the tree has are challenged.
        uint256 path = EpochPaths.pathOf(header, SHARD_DEPTH, shard, index);
        if (!EpochPaths.isEmpty(header, path, siblings, sumsNano)) {
            revert PositionNotEmpty(header.epoch, shard, index);
        }
        _answer(header, account, Kind.Leaf, _position(shard, index));
    }

    /// @inheritdoc ITribunal
    function answerStatement(
        EpochHeader calldata header,
        uint32 account,
        uint64 demandedNano,
        Leaf calldata first,
        Leaf calldata last
    ) external override {
        bytes32 domain = _domain();
        _requireSettled(header, domain);
        _requireLeaf(header, first, domain);
        _requireLeaf(header, last, domain);
        if (
            first.receipt.requesterAccount != account || last.receipt.requesterAccount != account
                || first.receipt.index > last.receipt.index
                || ChargeRules.faultInEpoch(first.receipt, last.receipt) != Fault.None
        ) revert NotOneRow(account);
        uint256 ofLeavesNano = _sumBefore(header, last) + last.receipt.debitNano - _sumBefore(header, first);
        if (ofLeavesNano < demandedNano) revert SumTooSmall(ofLeavesNano, demandedNano);

        bytes32 challenge = _answer(header, account, Kind.Statement, demandedNano);
        emit StatementAnswered({
            challenge: challenge,
            first: _position(first.receipt.shard, first.receipt.index),
            last: _position(last.receipt.shard, last.receipt.index)
        });
    }

    /// @inheritdoc ITribunal
    function conclude(uint64 epoch, uint32 part, uint32 account, Kind kind, uint64 what) external override {
        bytes32 id = challengeOf(epoch, part, account, kind, what);
        Challenge memory it = challenges[id];
        if (it.challenger == address(0)) revert NotOpen(id);
        if (block.timestamp <= it.deadline) revert ResponseNotOver(id, it.deadline, uint64(block.timestamp));

        challenges[id].challenger = address(0);
        depositOf[it.challenger] += DEPOSIT;
        (,, bool compensated) = ISettlerBonds(VAULT).statement(epoch, part, account);
        emit Concluded(id, msg.sender, !compensated);
        // Slashed while it is locked: the window may be over.
        if (!compensated) _slash(epoch, part, account, it.debitNano, it.challenger, Fault.Unanswered);
        ISettlerBonds(VAULT).unlock(epoch, part, account);
    }

    /// @inheritdoc ITribunal
    function takeDeposits(address to) external override returns (uint256 amountWei) {
        amountWei = depositOf[msg.sender];
        if (amountWei == 0) revert NothingDeposited(msg.sender);

        depositOf[msg.sender] = 0;
        emit DepositTaken(msg.sender, to, amountWei);
        (bool taken,) = to.call{value: amountWei}("");
        if (!taken) revert DepositNotTaken(to);
    }

    /// @inheritdoc ITribunal
    function challengeOf(uint64 epoch, uint32 part, uint32 account, Kind kind, uint64 what)
        public
        pure
        override
        returns (bytes32 challenge)
    {
        return keccak256(abi.encode(epoch, part, account, kind, what));
    }

    /// @inheritdoc ITribunal
    function isVoid(uint64 epoch, uint32 account) public view override returns (bool) {
        (,, bool compensated) = ISettlerBonds(VAULT).statement(epoch, 0, account);
        return compensated || _voidByLaterPart[epoch][account];
    }

    /// @dev The statement as it was settled, and the leaf of the same account in its epoch.
    function _accuse(Statement calldata statement, Leaf calldata leaf, bytes32 domain)
        private
        view
        returns (uint64 debitNano)
    {
        debitNano = _open(statement, domain);
        if (leaf.receipt.requesterAccount != statement.account) {
            revert AnotherAccount(statement.account, leaf.receipt.requesterAccount);
        }
        _requireLeaf(statement.header, leaf, domain);
    }

    /// @dev As isVoid, which does not know that the epoch has no later part.
    function _isVoid(EpochHeader calldata header, uint32 account) private view returns (bool) {
        (,, bool compensated) = ISettlerBonds(VAULT).statement(header.epoch, 0, account);
        return compensated || (header.parts != 1 && _voidByLaterPart[header.epoch][account]);
    }

    function _convict(Statement calldata statement, uint64 debitNano, Fault fault) private {
        if (fault == Fault.None) revert NoFault();
        _slash(statement.header.epoch, statement.header.part, statement.account, debitNano, msg.sender, fault);
    }

    function _slash(uint64 epoch, uint32 part, uint32 account, uint64 debitNano, address challenger, Fault fault)
        private
    {
        if (part != 0) _voidByLaterPart[epoch][account] = true;
        uint64 victimNano = ISettlerBonds(VAULT).slash(epoch, part, account, debitNano, challenger);
        emit FaultProven({
            epoch: epoch,
            account: account,
            challenger: challenger,
            part: part,
            fault: fault,
            debitNano: debitNano,
            victimNano: victimNano
        });
    }

    function _challenge(Statement calldata statement, uint64 debitNano, Kind kind, uint64 what)
        private
        returns (bytes32 id)
    {
        if (msg.value != DEPOSIT) revert WrongDeposit(msg.value, DEPOSIT);
        uint64 epoch = statement.header.epoch;
        uint32 part = statement.header.part;
        id = challengeOf(epoch, part, statement.account, kind, what);
        if (challenges[id].deadline != 0) revert AlreadyChallenged(id);

        uint32 deadline = uint32(block.timestamp) + RESPONSE;
        challenges[id] = Challenge({challenger: msg.sender, deadline: deadline, debitNano: debitNano});
        emit Challenged({
            epoch: epoch,
            account: statement.account,
            challenge: id,
            challenger: msg.sender,
            part: part,
            kind: kind,
            what: what,
            deadline: deadline
        });
        ISettlerBonds(VAULT).lock(epoch, part, statement.account, debitNano);
    }

    function _answer(EpochHeader calldata header, uint32 account, Kind kind, uint64 what) private returns (bytes32 id) {
        id = challengeOf(header.epoch, header.part, account, kind, what);
        Challenge memory it = challenges[id];
        if (it.challenger == address(0)) revert NotOpen(id);

        bool inTime = block.timestamp <= it.deadline;
        challenges[id].challenger = address(0);
        emit Answered(id, msg.sender, inTime);
        ISettlerBonds bonds = ISettlerBonds(VAULT);
        if (DEPOSIT != 0) {
            depositOf[inTime ? bonds.settlerOf(header.epoch, header.part) : it.challenger] += DEPOSIT;
        }
        bonds.unlock(header.epoch, header.part, account);
    }

    function _faultOfRequest(Receipt calldata receipt, InferenceRequest calldata request, bytes32 domain)
        private
        view
        returns (Fault)
    {
        bytes32 digest = MessageHashUtils.toTypedDataHash(domain, SignedStructs.ofRequest(request));
        if (digest != receipt.requestId) revert RequestNotOfTheLeaf(receipt.requestId, digest);
        uint32 account = ISettlementVault(VAULT).spendingAccountOf(request.requester);
        return ChargeRules.faultOfRequest(receipt, request, account);
    }

    function _requireOutcome(Receipt calldata receipt, Outcome calldata outcome, bytes32 domain) private pure {
        bytes32 digest = MessageHashUtils.toTypedDataHash(domain, SignedStructs.ofOutcome(outcome));
        if (digest != receipt.outcome || !ChargeRules.isChargedBy(outcome, receipt)) {
            revert OutcomeNotOfTheLeaf(receipt.outcome, digest);
        }
    }

    function _requireProvider(uint32 account, address signer, uint64 admittedMillis) private view {
        IProviderRegistry providers = IProviderRegistry(PROVIDERS);
        if (!providers.isSigner(account, signer, admittedMillis)) {
            (address expected,,) = providers.signerOf(account);
            revert OutcomeNotSigned(account, expected, signer);
        }
    }

    function _open(Statement calldata statement, bytes32 domain) private view returns (uint64 debitNano) {
        EpochHeader calldata header = statement.header;
        _requireSettled(header, domain);
        bool opened;
        (opened, debitNano) = EpochPaths.debitOf(statement);
        if (!opened) revert StatementNotOpened(header.epoch, header.part, statement.account);
        if (debitNano == 0) revert NothingDebited(header.epoch, header.part, statement.account);
    }

    function _sumBefore(EpochHeader calldata header, Leaf calldata leaf) private view returns (uint256) {
        uint256 path = EpochPaths.pathOf(header, SHARD_DEPTH, leaf.receipt.shard, leaf.receipt.index);
        return EpochPaths.sumBefore(path, leaf.sumsNano);
    }
}
