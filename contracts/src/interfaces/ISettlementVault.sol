// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRareCalls} from "./IRareCalls.sol";
import {ISettlementVaultErrors} from "./ISettlementVaultErrors.sol";
import {ISettlementVaultEvents} from "./ISettlementVaultEvents.sol";
import {ISettlerBonds} from "./ISettlerBonds.sol";
import {IVaultBooks} from "./IVaultBooks.sol";

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

/// @title Custody, the two ledgers and the epoch chain of one settlement stream.
/// @notice Amounts are nano-USD (10^-9 of the settlement token) in uint64, always below 2^63. One token base unit is
/// SCALE nano-USD. Nobody, the admin included, can move another's balance.
interface ISettlementVault is IVaultBooks, IRareCalls, ISettlementVaultTypes, ISettlerBonds {
    /// @notice Prepays `amountToken` base units for the caller, opening its spending account on first use, which takes at
    /// least MIN_FIRST_DEPOSIT.
    /// Credits what really arrived (balance delta), times SCALE.
    function deposit(uint256 amountToken) external returns (uint32 account, uint64 amountNano);

    /// @notice The same for `owner`, paid by the caller.
    function depositFor(address owner, uint256 amountToken) external returns (uint32 account, uint64 amountNano);

    /// @notice Settles one part of one epoch (M4, M5). Only SETTLER_ROLE. A header that was settled before is a
    /// successful no-op; otherwise it must follow the head. What it debits of accounts whose balance has left by the hatch,
    /// and no more than has left, the settler deposits for them, by its allowance and in the same transaction.
    /// @param releases withdrawal releases: account << 96 | request << 64 | amountNano
    function settle(EpochHeader calldata header, SlotWords calldata words, uint256[] calldata releases) external;

    /// @notice Announces that `settler` is to be given SETTLER_ROLE: grantRole gives it SETTLER_NOTICE seconds later at the
    /// earliest, and twice that at the latest. Only the admin. Announced again, the notice begins again. revokeRole dismisses
    /// a settler at once, and takes an announcement back. The first settler is named by the constructor.
    function announceSettler(address settler) external;

    /// @notice Whether `receipt` is in settled epoch `epoch`: the proof's header is the vault's, and the path from the
    /// receipt's digest and debit leads to the header's root and sum. Of an epoch whose last part has not come, or whose
    /// remainder is void: if the debits of its requester were settled whole, which are those of accounts in slots below the
    /// last one debited; its credits may be among what is to come or void. What was true stays true.
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

    /// @notice From when on `settler` may be given SETTLER_ROLE; zero if that is not announced.
    function settlerFrom(address settler) external view returns (uint64 from);
    function hashHeader(EpochHeader calldata header) external view returns (bytes32);
    function hashReceipt(Receipt calldata receipt) external view returns (bytes32);
    function domainSeparator() external view returns (bytes32);

    function SHARD_DEPTH() external view returns (uint8);
    function MIN_FIRST_DEPOSIT() external view returns (uint64 amountNano);
    function MAX_PARTS() external view returns (uint32);
    function SETTLER_ROLE() external view returns (bytes32);
    function GUARDIAN_ROLE() external view returns (bytes32);
}
