// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    AccessControlDefaultAdminRules
} from "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {ISettlementVault} from "./interfaces/ISettlementVault.sol";
import {MerkleSum} from "./libraries/MerkleSum.sol";
import {PackedWords} from "./libraries/PackedWords.sol";
import {StructHash} from "./libraries/StructHash.sol";

/// @title The vault of one settlement stream; what it promises is said in its interface.
/// @dev Amounts inside are nano-USD. Earnings and spending are two ledgers of packed words (see PackedWords).
contract SettlementVault is ISettlementVault, AccessControlDefaultAdminRules, ReentrancyGuardTransient, EIP712 {
    using PackedWords for PackedWords.Ledger;
    using PackedWords for uint256[];
    using SafeERC20 for IERC20;

    /// Where the header chain stands, in one word. `settledNano` is the sum of the epoch's parts so far.
    struct Head {
        uint64 epoch;
        uint64 settledAt;
        uint64 settledNano;
        uint32 part;
        uint32 parts;
    }

    /// `openRequestNano` is zero when no request is open.
    struct SpendingAccount {
        address owner;
        uint32 lastRequest;
        uint64 openRequestNano;
        uint64 releasedNano;
    }

    bytes32 public constant override SETTLER_ROLE = keccak256("SETTLER_ROLE");
    bytes32 public constant override GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");
    uint64 public constant override ESCAPE_AFTER = 7 days;
    uint64 public constant override PAUSE_FOR = 3 days;
    uint64 public constant override PAUSE_EVERY = 10 days;
    uint48 private constant ADMIN_TRANSFER_DELAY = 2 days;
    uint8 private constant NANO_DECIMALS = 9;
    uint8 private constant MAX_SHARD_DEPTH = 16;
    uint256 private constant MAX_BALANCE_NANO = 2 ** 63 - 1;

    address public immutable override token;
    uint64 public immutable override SCALE;
    uint8 public immutable override SHARD_DEPTH;

    PackedWords.Ledger private _spending;
    PackedWords.Ledger private _earning;

    Head private _head;
    uint32 public override spendingAccounts;
    uint32 public override earningAccounts;
    uint64 public override pausedUntil;
    /// What part 0 of the epoch in progress said about the whole; stale once the epoch is complete.
    bytes32 private _epochCommitment;

    mapping(uint64 epoch => mapping(uint32 part => bytes32)) public override headerOf;
    mapping(address owner => uint32) public override spendingAccountOf;
    mapping(uint32 account => SpendingAccount) public override spendingAccount;
    mapping(uint32 account => address) public override earningOwnerOf;
    /// One more than the id, so that zero means none.
    mapping(address owner => uint32) private _earningAccountPlusOne;

    /// @param token_ settlement token with at most nine decimals
    /// @param shardDepth the topmost levels of every receipts tree, which join 2^shardDepth settlement shards
    /// @param admin names settlers and guardians, and is handed on in two steps
    /// @param treasury owner of earning account 0, which protocol fees go to
    constructor(IERC20 token_, uint8 shardDepth, address admin, address settler, address guardian, address treasury)
        AccessControlDefaultAdminRules(ADMIN_TRANSFER_DELAY, admin)
        EIP712("Millrace", "1")
    {
        if (address(token_) == address(0) || settler == address(0) || guardian == address(0)) revert ZeroAddress();
        if (treasury == address(0)) revert ZeroAddress();
        uint8 decimals = IERC20Metadata(address(token_)).decimals();
        if (decimals > NANO_DECIMALS) revert TokenDecimalsTooMany(decimals, NANO_DECIMALS);
        if (shardDepth > MAX_SHARD_DEPTH) revert ShardDepthTooDeep(shardDepth, MAX_SHARD_DEPTH);

        token = address(token_);
        SCALE = uint64(10 ** (NANO_DECIMALS - decimals));
        SHARD_DEPTH = shardDepth;
        // Before the first epoch the head is epoch 0, complete in one part, with the zero hash.
        _head = Head({epoch: 0, settledAt: uint64(block.timestamp), settledNano: 0, part: 0, parts: 1});
        _grantRole(SETTLER_ROLE, settler);
        _grantRole(GUARDIAN_ROLE, guardian);
        _openEarningAccount(treasury);
    }

    /// @inheritdoc ISettlementVault
    function deposit(uint256 amountToken) external override returns (uint32 account, uint64 amountNano) {
        return depositFor(msg.sender, amountToken);
    }

    /// @inheritdoc ISettlementVault
    function depositFor(address owner, uint256 amountToken)
        public
        override
        nonReentrant
        returns (uint32 account, uint64 amountNano)
    {
        if (owner == address(0)) revert ZeroAddress();
        _requireNotPaused();

        // The transfer comes first: only what it brought is credited. The guard keeps a token's hooks out.
        uint256 before = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(msg.sender, address(this), amountToken);
        uint256 received = Math.saturatingSub(IERC20(token).balanceOf(address(this)), before);
        if (received == 0) revert NothingReceived(token, amountToken);

        account = spendingAccountOf[owner];
        if (account == 0) account = _openSpendingAccount(owner);
        uint256 wide = Math.saturatingMul(received, SCALE);
        uint256 balance = Math.saturatingAdd(_spending.balanceOf(account), wide);
        if (balance > MAX_BALANCE_NANO) revert AmountTooLarge(balance);
        amountNano = uint64(wide);
        _spending.creditAccount(account, amountNano);
        emit Deposited(account, owner, msg.sender, amountNano);
    }

    /// @inheritdoc ISettlementVault
    function openEarningAccount() external override returns (uint32 account) {
        uint32 plusOne = _earningAccountPlusOne[msg.sender];
        if (plusOne != 0) revert AccountAlreadyOpen(plusOne - 1, msg.sender);
        return _openEarningAccount(msg.sender);
    }

    /// @inheritdoc ISettlementVault
    function requestWithdrawal(uint64 amountNano) external override returns (uint32 request) {
        uint32 account = _spendingAccountOfCaller();
        SpendingAccount storage it = spendingAccount[account];
        if (it.openRequestNano != 0) revert WithdrawalAlreadyOpen(account, it.lastRequest);
        if (amountNano == 0) revert NothingRequested(msg.sender);
        uint64 balanceNano = _spending.balanceOf(account);
        if (amountNano > balanceNano) revert InsufficientBalance(account, balanceNano, amountNano);

        request = ++it.lastRequest;
        it.openRequestNano = amountNano;
        emit WithdrawalRequested(account, msg.sender, request, amountNano);
    }

    /// @inheritdoc ISettlementVault
    function takeReleased(address to) external override nonReentrant returns (uint64 amountNano) {
        uint32 account = _spendingAccountOfCaller();
        SpendingAccount storage it = spendingAccount[account];
        amountNano = _payable(account, it.releasedNano);

        it.releasedNano -= amountNano;
        emit WithdrawalTaken(account, msg.sender, to, amountNano);
        _pay(to, amountNano);
    }

    /// @inheritdoc ISettlementVault
    function escape(address to) external override nonReentrant returns (uint64 amountNano) {
        uint64 opensAt = _head.settledAt + ESCAPE_AFTER;
        if (block.timestamp < opensAt) revert EscapeNotOpen(opensAt, uint64(block.timestamp));
        uint32 account = _spendingAccountOfCaller();
        SpendingAccount storage it = spendingAccount[account];
        uint64 balanceNano = _spending.balanceOf(account);
        uint64 wholeNano = balanceNano + it.releasedNano;
        amountNano = _payable(account, wholeNano);

        uint32 closed = it.openRequestNano == 0 ? 0 : it.lastRequest;
        it.openRequestNano = 0;
        it.releasedNano = wholeNano - amountNano;
        _spending.debitAccount(account, balanceNano);
        emit Escaped(account, msg.sender, closed, amountNano, balanceNano);
        _pay(to, amountNano);
    }

    /// @inheritdoc ISettlementVault
    function withdrawEarnings(uint32 account, uint64 amountNano, address to)
        external
        override
        nonReentrant
        returns (uint64 paidNano)
    {
        address owner = earningOwnerOf[account];
        if (owner != msg.sender) revert NotAccountOwner(account, owner, msg.sender);
        uint64 balanceNano = _earning.balanceOf(account);
        if (amountNano > balanceNano) revert InsufficientBalance(account, balanceNano, amountNano);
        paidNano = _payable(account, amountNano);

        _earning.debitAccount(account, paidNano);
        emit EarningsWithdrawn(account, msg.sender, to, paidNano);
        _pay(to, paidNano);
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
            uint256 debitsNano = _spending.debit(words.debitSlots, words.debits, spendingAccounts);
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
    }

    /// @inheritdoc ISettlementVault
    function pause() external override onlyRole(GUARDIAN_ROLE) {
        uint64 nowAt = uint64(block.timestamp);
        if (pausedUntil != 0) {
            uint64 earliest = pausedUntil - PAUSE_FOR + PAUSE_EVERY;
            if (nowAt < earliest) revert PauseTooSoon(earliest, nowAt);
        }
        pausedUntil = nowAt + PAUSE_FOR;
        emit Paused(msg.sender, pausedUntil);
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
        uint256 levels = proof.siblings.length;
        if (levels < SHARD_DEPTH) return false;
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

    /// @inheritdoc ISettlementVault
    function spendingBalanceOf(uint32 account) external view override returns (uint64 amountNano) {
        return _spending.balanceOf(account);
    }

    /// @inheritdoc ISettlementVault
    function earningBalanceOf(uint32 account) external view override returns (uint64 amountNano) {
        return _earning.balanceOf(account);
    }

    /// @inheritdoc ISettlementVault
    function earningAccountOf(address owner) external view override returns (uint32 account) {
        uint32 plusOne = _earningAccountPlusOne[owner];
        if (plusOne == 0) revert NoEarningAccount(owner);
        return plusOne - 1;
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
            bytes32 commitment =
                keccak256(abi.encode(header.receiptsRoot, header.receiptsSumNano, header.receiptsCount, header.parts));
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

    /// @dev Gives back what a request asked for, or what the stream found left of it. Never fails for a request that is
    /// gone: its owner may have left by the hatch after the epoch was sealed.
    /// @param release account << 96 | request << 64 | amountNano
    function _release(uint256 release) private {
        uint32 account = uint32(release >> 96);
        uint32 request = uint32(release >> 64);
        uint64 amountNano = uint64(release);
        SpendingAccount storage it = spendingAccount[account];
        if (it.openRequestNano == 0 || it.lastRequest != request) {
            emit ReleaseSkipped(account, it.owner, request, amountNano);
            return;
        }
        if (amountNano > it.openRequestNano) {
            revert ReleaseExceedsRequest(account, request, amountNano, it.openRequestNano);
        }
        _spending.debitAccount(account, amountNano);
        it.openRequestNano = 0;
        it.releasedNano += amountNano;
        emit WithdrawalReleased(account, it.owner, request, amountNano);
    }

    function _openSpendingAccount(address owner) private returns (uint32 account) {
        account = ++spendingAccounts;
        spendingAccountOf[owner] = account;
        spendingAccount[account].owner = owner;
        emit SpendingAccountOpened(account, owner);
    }

    function _openEarningAccount(address owner) private returns (uint32 account) {
        account = earningAccounts++;
        earningOwnerOf[account] = owner;
        _earningAccountPlusOne[owner] = account + 1;
        emit EarningAccountOpened(account, owner);
    }

    function _pay(address to, uint64 amountNano) private {
        if (to == address(0)) revert ZeroAddress();
        IERC20(token).safeTransfer(to, amountNano / SCALE);
    }

    /// @dev `amountNano` cut to whole base units.
    function _payable(uint32 account, uint64 amountNano) private view returns (uint64 wholeNano) {
        wholeNano = amountNano - amountNano % SCALE;
        if (wholeNano == 0) revert NothingToTake(account);
    }

    function _spendingAccountOfCaller() private view returns (uint32 account) {
        account = spendingAccountOf[msg.sender];
        if (account == 0) revert NoSpendingAccount(msg.sender);
    }

    function _isComplete(uint64 epoch) private view returns (bool) {
        Head memory current = _head;
        return epoch < current.epoch || (epoch == current.epoch && current.part + 1 == current.parts);
    }

    function _requireNotPaused() private view {
        if (block.timestamp < pausedUntil) revert VaultPaused(pausedUntil);
    }

    function _requireWordsHash(bytes32 inHeader, SlotWords calldata words, uint256[] calldata releases) private pure {
        bytes32 ofWords = keccak256(
            abi.encode(
                words.debitSlots.hash(),
                words.debits.hash(),
                words.creditSlots.hash(),
                words.credits.hash(),
                releases.hash()
            )
        );
        if (inHeader != ofWords) revert WordsHashMismatch(inHeader, ofWords);
    }
}
