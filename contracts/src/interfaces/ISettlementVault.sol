// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlerBonds} from "./ISettlerBonds.sol";

/// @title The errors of the settlement vault: each carries the values that offended.
interface ISettlementVaultErrors {
    error ZeroAddress();
    error TokenDecimalsTooMany(uint8 decimals, uint8 most);
    error ShardDepthTooDeep(uint8 depth, uint8 most);
    /// @param amountNano what the balance, or what is released and not taken, would have become; they stay below 2^63
    /// nano-USD
    error AmountTooLarge(uint256 amountNano);
    error NothingReceived(address token, uint256 amountToken);
    error FirstDepositTooSmall(uint256 amountNano, uint64 leastNano);
    error NothingRequested(address owner);
    error AccountAlreadyOpen(uint32 account, address owner);
    error NoSpendingAccount(address owner);
    error NoEarningAccount(address owner);
    error NotAccountOwner(uint32 account, address owner, address caller);
    error WithdrawalAlreadyOpen(uint32 account, uint32 request);
    error NoOpenRequest(uint32 account);
    error NothingToTake(uint32 account);
    error ReceiverIsTheVault();
    error InsufficientBalance(uint32 account, uint64 balanceNano, uint64 wantedNano);
    /// @param opensAt for the caller, if no epoch comes and nothing is released
    error EscapeNotOpen(uint64 opensAt, uint64 nowAt);
    error VaultPaused(uint64 pausedUntil);
    error PauseTooSoon(uint64 earliest, uint64 nowAt);
    /// @param latest by which every pause ends: a day before the hatch opens, unless an epoch comes
    error PauseTooLate(uint64 latest, uint64 nowAt);
    /// @param headEpoch epoch, @param headPart part and @param headHash hash that the vault is at
    error HeaderDoesNotFollow(
        bytes32 previousHeader, uint64 epoch, uint32 part, bytes32 headHash, uint64 headEpoch, uint32 headPart
    );
    error PartsOutOfRange(uint64 epoch, uint32 parts, uint32 most);
    /// Another root, sum, count, depth, number of parts, cut or block than the epoch's part 0 named.
    error EpochCommitmentChanged(uint64 epoch, uint32 part);
    error WordsHashMismatch(bytes32 inHeader, bytes32 ofWords);
    /// Within a part each slot is above the one before; over the parts of an epoch no debit slot is below it.
    error SlotsNotAscending(uint32 previous, uint32 next);
    error SlotCountMismatch(uint256 slots, uint256 words);
    /// @param slot holds an account above @param lastAccount, the highest id that is open
    error AccountNotOpen(uint32 slot, uint32 lastAccount);
    error LaneOutOfRange(uint32 slot, uint256 word);
    error BalanceUnderflow(uint32 slot, uint256 balances, uint256 debits);
    error BalanceOverflow(uint32 slot, uint256 balances, uint256 credits);
    error Unbalanced(uint256 debitsNano, uint256 creditsNano, uint64 partSumNano);
    /// @param settledNano sum of the parts so far: too much already, or too little and this is the last part
    error SumNotReached(uint64 epoch, uint64 settledNano, uint64 receiptsSumNano);
    /// The topmost 128 bits of a release are zero.
    error ReleaseTooWide(uint256 release);
    /// Owners left by the hatch with what this part debits of them.
    /// @param amountToken base units that `settler` has to pay in their place   @param readyToken what it has and has
    /// approved to the vault, or what of it arrived
    error ShortfallNotCovered(address settler, uint256 amountToken, uint256 readyToken);
    error ReleaseExceedsRequest(uint32 account, uint32 request, uint64 amountNano, uint64 requestedNano);
    /// @param from which it may be named, for SETTLER_NOTICE seconds; zero if it was not announced
    error SettlerNotAnnounced(address settler, uint64 from, uint64 nowAt);
    /// @param epoch the last, all of whose parts are settled or voided
    error NothingToVoid(uint64 epoch);
    error VoidTooSoon(uint64 earliest, uint64 nowAt);
}

/// @title The data the vault and the stream share. Every struct is hashed by EIP-712 under the domain
/// {name: "Millrace", version: "1", chainId, verifyingContract: the vault}.
interface ISettlementVaultTypes {
    /// One part of one epoch. Its EIP-712 digest is the header's hash; the digests form the vault's hash chain.
    /// @param previousHeader hash of the header before; zero for the first
    /// @param epoch from 1, contiguous   @param part from 0   @param parts of this epoch, 1 to MAX_PARTS
    /// @param receiptsRoot Merkle-sum root over all receipts of the epoch (the same in each part), zero if none
    /// @param receiptsSumNano the root's own sum, nano-USD   @param receiptsCount leaves below the root
    /// @param levels between every leaf and the root: those of the deepest shard, to which the others are padded, and the
    ///        topmost SHARD_DEPTH, which join the shards; so a leaf has one position, and an empty one can be shown
    /// @param partSumNano sum of this part's debits and of its credits, nano-USD; over the parts they add up to receiptsSumNano
    /// @param wordsHash keccak256(abi.encode(C(debits), C(credits), keccak256(abi.encodePacked(releases)))), where C hashes
    ///        the hashes of its chunks: keccak256 over keccak256(slot words || amount words) of each 64 amount words, the last
    ///        chunk being shorter, so that one account's amount can be shown without all the others
    /// @param cutDigest digest of the source positions the cut reflects (the same in each part)
    /// @param l2Block last L2 block whose events the cut reflects (the same in each part)
    struct EpochHeader {
        bytes32 previousHeader;
        uint64 epoch;
        uint32 part;
        uint32 parts;
        bytes32 receiptsRoot;
        uint64 receiptsSumNano;
        uint64 receiptsCount;
        uint8 levels;
        uint64 partSumNano;
        bytes32 wordsHash;
        bytes32 cutDigest;
        uint64 l2Block;
    }

    /// Account amounts, four accounts to a word: account id = 4 x slot + lane, lane 0 in the lowest 64 bits, each
    /// amount below 2^63 nano-USD. Slot numbers are uint32, packed eight to a word from the lowest bits up, strictly
    /// ascending, unused places zero. A later part of an epoch debits no slot below those of the parts before it, so at
    /// most the accounts of the slot where one ends and the next begins are debited by both.
    struct SlotWords {
        uint256[] debitSlots;
        uint256[] debits;
        uint256[] creditSlots;
        uint256[] credits;
    }

    /// One charge, sealed. Its EIP-712 digest is the leaf's hash, debitNano the leaf's sum.
    /// @param requestId EIP-712 digest of the InferenceRequest
    /// @param requesterAccount spending account debited   @param providerAccount earning account of who ran it
    /// @param sequence contiguous per requester, from 1
    /// @param units what was metered (tokens)   @param priceNanoPerMillion nano-USD per million units
    /// @param credits what earning accounts get of the debit, beforeNano << 96 | account << 64 | amountNano: the provider
    ///        first, then the treasury's fee; a line of nothing is left out. beforeNano is what the lines before it, in
    ///        its shard of its epoch by index, credit the same account
    /// @param outcome EIP-712 digest of the Outcome that the provider signed
    /// @param allocation why this provider was chosen; zero until providers are drawn
    /// @param admittedMillis the broker's append time of the request, unix milliseconds: it decides the price
    /// @param shard settlement shard and @param index position of the leaf in its shard's subtree
    struct Receipt {
        bytes32 requestId;
        uint32 requesterAccount;
        uint64 sequence;
        uint32 providerAccount;
        bytes32 model;
        uint64 units;
        uint64 priceNanoPerMillion;
        uint32 priceVersion;
        uint64 debitNano;
        uint256[] credits;
        bytes32 outcome;
        bytes32 allocation;
        uint64 admittedMillis;
        uint32 shard;
        uint32 index;
    }

    /// Path from a leaf to the root, siblings bottom-up. A node is
    /// keccak256(abi.encodePacked(uint8(1), leftHash, leftSumNano, rightHash, rightSumNano)) with uint64 sums; an empty
    /// subtree is (zero hash, zero sum). The bits of the path, lowest first, are those of `index`, then those of `shard`:
    /// the topmost SHARD_DEPTH levels join the shards.
    struct ReceiptProof {
        EpochHeader header;
        bytes32[] siblings;
        uint64[] sumsNano;
    }
}

/// @title What happens in the vault, complete enough for a stream to rebuild every balance.
interface ISettlementVaultEvents {
    event SpendingAccountOpened(uint32 indexed account, address indexed owner);
    event EarningAccountOpened(uint32 indexed account, address indexed owner);
    /// @param payer the owner or anyone; of what an epoch debits of one who has left by the hatch, the settler
    event Deposited(uint32 indexed account, address indexed owner, address indexed payer, uint64 amountNano);
    event WithdrawalRequested(uint32 indexed account, address indexed owner, uint32 indexed request, uint64 amountNano);
    event WithdrawalReleased(uint32 indexed account, address indexed owner, uint32 indexed request, uint64 amountNano);
    /// @param amountNano what was still open, and is not any more
    event WithdrawalCancelled(uint32 indexed account, address indexed owner, uint32 indexed request, uint64 amountNano);
    /// The request was no longer open (its owner had cancelled it or left by the hatch), so nothing moved.
    event ReleaseSkipped(uint32 indexed account, address indexed owner, uint32 indexed request, uint64 amountNano);
    event WithdrawalTaken(uint32 indexed account, address indexed owner, address to, uint64 amountNano);
    /// @param request the withdrawal request this closed, zero if none was open
    /// @param amountNano what was paid out, released money included, in whole base units
    /// @param spendingNano what left the spending ledger
    event Escaped(
        uint32 indexed account, address indexed owner, uint32 indexed request, uint64 amountNano, uint64 spendingNano
    );
    event EarningsWithdrawn(uint32 indexed account, address indexed owner, address to, uint64 amountNano);
    event EpochSettled(
        uint64 indexed epoch,
        uint32 indexed part,
        bytes32 indexed header,
        uint32 parts,
        bytes32 receiptsRoot,
        uint64 receiptsSumNano,
        uint64 receiptsCount,
        uint64 partSumNano
    );
    /// The epoch ends with `part`: what was to come of it is void, and the next epoch follows.
    /// @param parts that it was to have   @param settledNano sum of the parts that were settled
    /// @param debitSlot the last slot that they debit: what accounts below it owe of the epoch's receipts was paid
    event EpochVoided(
        uint64 indexed epoch,
        uint32 indexed part,
        address indexed by,
        uint32 parts,
        uint64 settledNano,
        uint32 debitSlot
    );
    /// @param from which it may be named, for SETTLER_NOTICE seconds; zero if the announcement is taken back
    event SettlerAnnounced(address indexed settler, uint64 from);
    event Paused(address indexed by, uint64 until);
}

/// @title Custody, the two ledgers and the epoch chain of one settlement stream.
/// @notice Amounts are nano-USD (10^-9 of the settlement token) in uint64, always below 2^63. One token base unit is
/// SCALE nano-USD. Nobody, the admin included, can move another's balance.
interface ISettlementVault is ISettlementVaultErrors, ISettlementVaultTypes, ISettlementVaultEvents, ISettlerBonds {
    /// @notice Prepays `amountToken` base units for the caller, opening its spending account on first use, which takes at
    /// least MIN_FIRST_DEPOSIT.
    /// Credits what really arrived (balance delta), times SCALE.
    function deposit(uint256 amountToken) external returns (uint32 account, uint64 amountNano);

    /// @notice The same for `owner`, paid by the caller.
    function depositFor(address owner, uint256 amountToken) external returns (uint32 account, uint64 amountNano);

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

    /// @notice Settles one part of one epoch (M4, M5). Only SETTLER_ROLE. A header that was settled before is a
    /// successful no-op; otherwise it must follow the head. What it debits of accounts whose balance has left by the hatch,
    /// and no more than has left, the settler deposits for them, by its allowance and in the same transaction.
    /// @param releases withdrawal releases: account << 96 | request << 64 | amountNano
    function settle(EpochHeader calldata header, SlotWords calldata words, uint256[] calldata releases) external;

    /// @notice Announces that `settler` is to be given SETTLER_ROLE: grantRole gives it SETTLER_NOTICE seconds later at the
    /// earliest, and twice that at the latest. Only the admin. Announced again, the notice begins again. revokeRole dismisses
    /// a settler at once, and takes an announcement back. The first settler is named by the constructor.
    function announceSettler(address settler) external;

    /// @notice Ends an epoch of which no part has come for VOID_AFTER seconds, those of a pause not counted, with the parts
    /// that were settled: they stay settled, and the next epoch follows the last of them. Only SETTLER_ROLE.
    function voidRemainder() external;

    /// @notice Stops deposits and epochs for PAUSE_FOR seconds; it ends by itself, and a day before the hatch would open to
    /// everyone. Only GUARDIAN_ROLE, and not again before PAUSE_EVERY seconds have passed since the last one began.
    function pause() external;

    /// @notice Whether `receipt` is in settled epoch `epoch`: the proof's header is the vault's, and the path from the
    /// receipt's digest and debit leads to the header's root and sum. Of an epoch whose remainder is void: if the debits of
    /// its requester were settled whole; its credits may have been among the void.
    function verifyReceipt(uint64 epoch, Receipt calldata receipt, ReceiptProof calldata proof)
        external
        view
        returns (bool);

    /// @notice Where the header chain stands. `settledAt` is the block time of the last part, or of deployment.
    function head()
        external
        view
        returns (bytes32 headerHash, uint64 epoch, uint32 part, uint32 parts, uint64 settledAt);

    /// @notice Hash of the settled header of (`epoch`, `part`), or zero.
    function headerOf(uint64 epoch, uint32 part) external view returns (bytes32);

    /// @notice Whether the remainder of `epoch` was voided, and the last slot that its parts debit.
    function voidedEpoch(uint64 epoch) external view returns (bool voided, uint32 debitSlot);

    /// @notice From when on `settler` may be given SETTLER_ROLE; zero if that is not announced.
    function settlerFrom(address settler) external view returns (uint64 from);
    function hashHeader(EpochHeader calldata header) external view returns (bytes32);
    function hashReceipt(Receipt calldata receipt) external view returns (bytes32);
    function domainSeparator() external view returns (bytes32);

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

    /// @notice Earning account of `owner`. Reverts NoEarningAccount if it has none.
    function earningAccountOf(address owner) external view returns (uint32 account);

    function token() external view returns (address);
    function SCALE() external view returns (uint64);
    function SHARD_DEPTH() external view returns (uint8);
    function MIN_FIRST_DEPOSIT() external view returns (uint64 amountNano);
    function pausedUntil() external view returns (uint64);
    function pausableFrom() external view returns (uint64);
    function ESCAPE_AFTER() external view returns (uint64);
    function SETTLER_NOTICE() external view returns (uint64);
    function MAX_PARTS() external view returns (uint32);
    function VOID_AFTER() external view returns (uint64);
    function PAUSE_FOR() external view returns (uint64);
    function PAUSE_EVERY() external view returns (uint64);
    function SETTLER_ROLE() external view returns (bytes32);
    function GUARDIAN_ROLE() external view returns (bytes32);
}
