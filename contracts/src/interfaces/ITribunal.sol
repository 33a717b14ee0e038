// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVaultTypes} from "./ISettlementVault.sol";

/// @title The errors of the tribunal: each carries the values that offended.
interface ITribunalErrors {
    /// @param mostSeconds half of the six buckets that a window has at least: two rounds of challenges fit into it
    error ResponseOutOfRange(uint32 responseSeconds, uint256 mostSeconds);
    error NotTheVaultsTribunal(address named);
    /// The registry of providers is another vault's.
    error NotTheVaultsProviders(address providers, address named);
    /// The vault has settled no such part.
    error NotTheVaultsHeader(uint64 epoch, uint32 part);
    /// The words do not hash to what the header names, or have not the account's slot at that place.
    error StatementNotOpened(uint64 epoch, uint32 part, uint32 account);
    error NothingDebited(uint64 epoch, uint32 part, uint32 account);
    /// The path does not lead to the root and the sum of the header.
    error LeafNotProven(uint64 epoch, uint32 shard, uint32 index);
    error PositionNotEmpty(uint64 epoch, uint32 shard, uint32 index);
    /// The epoch's tree has no such position.
    error PositionOutsideTheTree(uint64 epoch, uint32 shard, uint32 index);
    /// The leaf, or another part's statement, is not of the account that `statement` is of.
    error AnotherAccount(uint32 account, uint32 other);
    error RequestNotOfTheLeaf(bytes32 inLeaf, bytes32 ofRequest);
    /// Every rule that this proof could show to be broken holds.
    error NoFault();
    /// @param epoch of the leaf that is accused, which is not after the other, @param otherEpoch
    error PairOutOfOrder(uint64 epoch, uint64 otherEpoch);
    /// What was charged to the account in that epoch is void already: it proves nothing against a later one.
    error LeafVoid(uint64 epoch, uint32 account);
    /// The parts of a statement are of one epoch, each once: the first is accused, the others ascend.
    error PartsNotAscending(uint64 epoch, uint32 part);
    error WrongDeposit(uint256 paidWei, uint256 depositWei);
    error AlreadyChallenged(bytes32 challenge);
    error NotOpen(bytes32 challenge);
    error ResponseNotOver(bytes32 challenge, uint32 deadline, uint64 nowAt);
    /// The answer itself proves what is wrong.
    error AnswerProvesFault(ITribunalTypes.Fault fault);
    error RequestNotSigned(address requester, address signer);
    error OutcomeNotOfTheLeaf(bytes32 inLeaf, bytes32 ofOutcome);
    /// @param expected who signs for the account now   @param signer who signed, and was no signer of it when the request was
    /// admitted or after: IProviderRegistry
    error OutcomeNotSigned(uint32 account, address expected, address signer);
    /// The two leaves are not the first and the last of an unbroken row of the account's.
    error NotOneRow(uint32 account);
    error SumTooSmall(uint256 ofLeavesNano, uint64 demandedNano);
    /// Leaves are shown by shard and index, each once.
    error LeavesNotAscending(uint64 epoch, uint32 shard, uint32 index);
    /// Of the account in this epoch the caller has not shown the statement of part 0, with which a claim begins.
    error ClaimNotBegun(uint64 epoch, uint32 account);
    /// The leaf has no line of the earning account, or none that adds anything.
    error NotCredited(uint64 epoch, uint32 shard, uint32 index, uint32 account);
    error EarnerCompensated(uint64 epoch, uint32 account);
    /// All that the part moved has gone to those who earned it: another part of the epoch may have something left.
    error NothingLeftOfThePart(uint64 epoch, uint32 part);
    error NothingDeposited(address owner);
    error DepositNotTaken(address to);
}

/// @title What the parties show to the tribunal, and what it finds.
interface ITribunalTypes is ISettlementVaultTypes {
    /// What is wrong with a charge. The first three show by the leaf and the registry, the next four by the request that was
    /// signed, the next three by another leaf; the last is a challenge that nobody answered in time.
    enum Fault {
        None,
        WrongArithmetic,
        WrongPrice,
        WrongCredits,
        Overcharged,
        WrongAccount,
        WrongModel,
        AfterDeadline,
        DoubleCharge,
        Sequence,
        WrongTotal,
        Unanswered
    }

    /// What is challenged: that the leaves of an account add up to what it is debited, or one position of the tree.
    enum Kind {
        Statement,
        Leaf
    }

    /// What one part of one epoch debits of one account, opened from the header's `wordsHash`.
    /// @param header of the part, as it was settled   @param account spending account
    /// @param chunkHashes keccak256(slot words || amount words) of each chunk of 64 debit words
    /// @param chunk number of the account's, from 0   @param place of its slot in the chunk, from 0
    /// @param slots slot words and @param amounts amount words of the chunk
    /// @param creditsHash and @param releasesHash the other two hashes in `wordsHash`
    struct Statement {
        EpochHeader header;
        uint32 account;
        bytes32[] chunkHashes;
        uint32 chunk;
        uint32 place;
        uint256[] slots;
        uint256[] amounts;
        bytes32 creditsHash;
        bytes32 releasesHash;
    }

    /// What one part of one epoch credits to an earning account, opened from the header's `wordsHash`; or that it credits it
    /// with nothing.
    /// @param header of the part, as it was settled
    /// @param chunkHashes keccak256(slot words || amount words) of each chunk of 64 credit words
    /// @param chunk number of the first that is shown, from 0
    /// @param slots slot words and @param amounts amount words of it, or of it and the next ones
    /// @param place of the account's slot in these, from 0; if there is none, of the first slot behind it, so that the one
    /// before it is shown too, or neither is there
    /// @param debitsHash and @param releasesHash the other two hashes in `wordsHash`
    struct CreditStatement {
        EpochHeader header;
        bytes32[] chunkHashes;
        uint32 chunk;
        uint32 place;
        uint256[] slots;
        uint256[] amounts;
        bytes32 debitsHash;
        bytes32 releasesHash;
    }

    /// A receipt and its path to the epoch's root, siblings bottom-up: see ReceiptProof.
    struct Leaf {
        Receipt receipt;
        bytes32[] siblings;
        uint64[] sumsNano;
    }

    /// What a requester signs; its EIP-712 digest under the vault's domain is the request's id.
    /// @param inputHash keccak256 of the text, or EIP-712's hash of string[]
    /// @param optionsHash keccak256 of the canonical JSON of the options, zero if none
    /// @param maxFeeNano most that may be charged   @param deadline unix milliseconds: not to be appended later
    struct InferenceRequest {
        address requester;
        bytes32 model;
        bytes32 inputHash;
        bytes32 optionsHash;
        uint64 maxFeeNano;
        uint64 deadline;
        uint64 nonce;
    }

    /// What the signer of a provider's earning account signs, under the same domain; its digest is the receipt's `outcome`.
    /// @param units charged: none of what was not answered   @param status 1 answered, 2 expired, 3 failed
    /// @param outputHash keccak256 of the answer's bytes   @param numericClass how it was computed, zero if that is not said
    struct Outcome {
        bytes32 requestId;
        uint32 providerAccount;
        uint64 units;
        uint8 status;
        bytes32 outputHash;
        bytes32 numericClass;
    }

    /// What stands behind a charge. Both signatures are 65 bytes of a plain key, r || s || v with the lower s: no contract is
    /// asked, and code at the signer's address changes nothing.
    struct Evidence {
        InferenceRequest request;
        bytes requestSignature;
        Outcome outcome;
        bytes outcomeSignature;
    }
}

/// @title What happens before the tribunal.
interface ITribunalEvents {
    /// The statement is compensated. @param victimNano what was released to the account
    event FaultProven(
        uint64 indexed epoch,
        uint32 indexed account,
        address indexed challenger,
        uint32 part,
        ITribunalTypes.Fault fault,
        uint64 debitNano,
        uint64 victimNano
    );
    /// @param challenge its id   @param what shard << 32 | index of a leaf; of a statement, the sum demanded of its leaves
    /// @param deadline unix seconds: answered later, it earns the settler nothing, and it may have been concluded
    event Challenged(
        uint64 indexed epoch,
        uint32 indexed account,
        bytes32 indexed challenge,
        address challenger,
        uint32 part,
        ITribunalTypes.Kind kind,
        uint64 what,
        uint32 deadline
    );
    /// @param inTime whether the deposit went to the settler, not back to the challenger
    event Answered(bytes32 indexed challenge, address indexed by, bool inTime);
    /// @param first and @param last position of the account's leaves, shard << 32 | index: what may be challenged next
    event StatementAnswered(bytes32 indexed challenge, uint64 first, uint64 last);
    /// Nobody answered. @param compensated false if the statement had been compensated before
    event Concluded(bytes32 indexed challenge, address indexed by, bool compensated);
    /// The account is compensated. @param earnedNano by the leaves shown   @param creditedNano by the words of the epoch
    /// @param earnerNano what went to its balance
    event UnderpaymentProven(
        uint64 indexed epoch,
        uint32 indexed account,
        address indexed challenger,
        uint32 part,
        uint64 earnedNano,
        uint64 creditedNano,
        uint64 earnerNano
    );
    event DepositTaken(address indexed owner, address to, uint256 amountWei);
}

/// @title Where anybody proves that a settler charged what it may not, and the settler answers with its bond.
/// @notice A *statement* is what one part of one epoch debits of one account. One false charge voids it whole: the vault
/// compensates it once, out of the bond of who settled it. Whoever shows a fault, here called the challenger, is paid too.
/// Nobody has a role here; nothing can be paused or changed. Proofs and challenges are taken while the vault can still be
/// answered to for the statement (ISettlerBonds).
interface ITribunal is ITribunalErrors, ITribunalTypes, ITribunalEvents {
    /// @notice Proves that a leaf contradicts itself or the registry: WrongArithmetic, WrongPrice or WrongCredits.
    function proveLeaf(Statement calldata statement, Leaf calldata leaf) external returns (Fault fault);

    /// @notice Proves that a leaf contradicts the request it names: Overcharged, WrongAccount, WrongModel or AfterDeadline.
    /// The request needs no signature: whatever hashes to the leaf's request id is the request.
    function proveAgainstRequest(Statement calldata statement, Leaf calldata leaf, InferenceRequest calldata request)
        external
        returns (Fault fault);

    /// @notice Proves that two leaves of an epoch contradict each other. DoubleCharge: they name one request. Sequence: the
    /// leaves of a shard are ordered by account, those of an account are in one shard, and as far apart as their numbers.
    /// WrongTotal: in a shard, the later leaf says that an earning account was credited less before it than the earlier one
    /// says it was by then.
    /// @param leaf the accused   @param other of the same epoch, of whatever account
    function provePair(Statement calldata statement, Leaf calldata leaf, Leaf calldata other)
        external
        returns (Fault fault);

    /// @notice Proves that a leaf contradicts one of the same account in an epoch before. DoubleCharge: they name one request.
    /// Sequence: an account's numbers grow from epoch to epoch.
    /// Only what was paid contradicts what is charged later: leaves that nothing is debited for need no bond and cannot be made
    /// void, so a settler that leaves could convict all who come after it by them. A number above 2^32 for each epoch until
    /// then, which is more than an epoch has room for, contradicts none either.
    /// @param leaf the accused   @param before the account's debit in any part of the epoch of `other`
    /// @param other which debits something and is not void: what its epoch charged to the account was never compensated
    function provePairOfEpochs(
        Statement calldata statement,
        Leaf calldata leaf,
        Statement calldata before,
        Leaf calldata other
    ) external returns (Fault fault);

    /// @notice Proves that an epoch credits an earning account with less than its leaves do: all its parts are shown, and in
    /// each shard the last leaf that credits the account, or as many shards as suffice. Where the totals of the leaves do
    /// not go on from each other, more of a shard are shown: each counts at least what its own lines credit.
    /// What does not fit into one transaction is shown in several: the caller's are added up, parts and leaves ascending over
    /// all of them. A call whose first statement is that of part 0 begins the caller's claim, or begins it anew: what it has
    /// shown before is forgotten then, so that who has lost count, or has shown a leaf too many, is not shut out.
    /// Of an epoch that was cut short (voidRemainder) nothing is proven: its parts are not all there.
    /// @param header of the part whose settler is accused, which is answerable
    /// @return proven whether that was enough; if not, it is kept
    function proveUnderpaid(
        EpochHeader calldata header,
        uint32 account,
        CreditStatement[] calldata statements,
        Leaf[] calldata leaves
    ) external returns (bool proven);

    /// @notice Whether an earning account was compensated for what an epoch did not credit it with.
    function earnerCompensated(uint64 epoch, uint32 account) external view returns (bool);

    /// @notice Demands the account's leaves, whose debits have to add up to what it is debited. Takes the caller's DEPOSIT.
    /// @param others the same account in other parts of the same epoch, ascending: what is demanded is the sum, so that leaves
    /// do not count twice. Only `statement` is accused.
    function challengeStatement(Statement calldata statement, Statement[] calldata others)
        external
        payable
        returns (bytes32 challenge);

    /// @notice Demands what is behind one position of the tree. Takes the caller's DEPOSIT.
    function challengeLeaf(Statement calldata statement, uint32 shard, uint32 index)
        external
        payable
        returns (bytes32 challenge);

    /// @notice Answers a leaf challenge by what lies there and what its parties signed, which is checked against every rule
    /// that needs no second leaf. Anybody may; in time, the deposit goes to the settler, whoever answers.
    /// @param header of the challenged part   @param account whose statement is challenged; the leaf may be another's
    function answerLeaf(EpochHeader calldata header, uint32 account, Leaf calldata leaf, Evidence calldata evidence)
        external;

    /// @notice Answers a leaf challenge by the proof that nothing lies there.
    function answerEmpty(
        EpochHeader calldata header,
        uint32 account,
        uint32 shard,
        uint32 index,
        bytes32[] calldata siblings,
        uint64[] calldata sumsNano
    ) external;

    /// @notice Answers a statement challenge by the first and the last of the account's leaves: whatever lies between them can
    /// be challenged then.
    /// @param demandedNano as in the challenge
    function answerStatement(
        EpochHeader calldata header,
        uint32 account,
        uint64 demandedNano,
        Leaf calldata first,
        Leaf calldata last
    ) external;

    /// @notice Ends a challenge that nobody has answered in RESPONSE seconds: the statement is compensated, unless it was
    /// before, and the challenger gets the deposit back. Anybody may.
    function conclude(uint64 epoch, uint32 part, uint32 account, Kind kind, uint64 what) external;

    /// @notice Pays out the deposits that have come to the caller.
    function takeDeposits(address to) external returns (uint256 amountWei);

    /// @notice Id of a challenge.
    function challengeOf(uint64 epoch, uint32 part, uint32 account, Kind kind, uint64 what)
        external
        pure
        returns (bytes32 challenge);

    /// @notice What is known of a challenge.
    /// @return challenger zero if there is none, or not any more
    /// @return deadline zero if there was none
    /// @return debitNano of the statement
    function challenges(bytes32 challenge) external view returns (address challenger, uint32 deadline, uint64 debitNano);

    /// @notice Whether what `epoch` charges to `account` is void: a part of it was compensated.
    function isVoid(uint64 epoch, uint32 account) external view returns (bool);
    function depositOf(address owner) external view returns (uint256 amountWei);

    function VAULT() external view returns (address);
    function REGISTRY() external view returns (address);

    /// @notice The vault's IProviderRegistry: whoever knows the vault finds it by TRIBUNAL and this.
    function PROVIDERS() external view returns (address);

    /// @notice Seconds in which a challenge is to be answered.
    function RESPONSE() external view returns (uint32);

    /// @notice Wei that come with a challenge.
    function DEPOSIT() external view returns (uint256);
}
