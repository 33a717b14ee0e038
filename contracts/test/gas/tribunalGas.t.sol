// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../utils/EpochBooks.sol";
import {Epochs} from "../utils/Epochs.sol";
import {ReceiptTrees} from "../utils/ReceiptTrees.sol";
import {TribunalTest} from "../utils/TribunalTest.sol";

/// What whole transactions of the tribunal cost: 21,000, calldata and execution, of a tree of 20 levels, in a stream that
/// settles in every bucket, of a challenger and a victim that were never paid before. The figures go to snapshots/tribunal.json.
abstract contract TribunalGasTest is TribunalTest {
    using EpochBooks for EpochBooks.Book;

    uint256 private immutable ACCOUNTS;
    uint256 private immutable PROOF_MOST;
    uint256 private immutable TWO_STATEMENTS_MOST;
    uint256 private constant LEVELS = 20;
    uint32 private constant ACCOUNT = 5;

    /// @param accounts that the epoch debits
    constructor(uint256 accounts, uint256 proofMost, uint256 twoStatementsMost) {
        ACCOUNTS = accounts;
        PROOF_MOST = proofMost;
        TWO_STATEMENTS_MOST = twoStatementsMost;
    }

    function setUp() public override {
        super.setUp();
        dollar.mint(address(this), type(uint128).max);
        dollar.approve(address(vault), type(uint128).max);
        for (uint256 i = REQUESTERS + 1; i <= ACCOUNTS; ++i) {
            vault.depositFor(address(uint160(2 ** 100 + i)), 1e9);
        }
        for (uint256 bucket; bucket < 7; ++bucket) {
            settle(epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases()));
            vm.warp(vm.getBlockTimestamp() + BUCKET);
        }
        // The price in force is not the newest.
        registry.setPrice(MODEL, PRICE);
    }

    /// @dev Two charges of an account, side by side at the bottom; all else are digests and sums.
    function charges() private view returns (EpochBooks.Charge[] memory all) {
        all = new EpochBooks.Charge[](2);
        for (uint32 i; i < 2; ++i) {
            all[i] = honest(ACCOUNT, i + 1, 150 + i);
            setPrice(all[i], 3, 3 * PRICE);
            all[i].evidence.request.maxFeeNano = all[i].receipt.debitNano;
            sign(all[i]);
            (all[i].receipt.shard, all[i].receipt.index) = (1, i);
        }
        EpochBooks.carryTotals(all);
    }

    function leafOf(EpochBooks.Charge[] memory all, uint256 i) private view returns (Leaf memory leaf) {
        leaf.receipt = all[i].receipt;
        (leaf.siblings, leaf.sumsNano) = (new bytes32[](LEVELS), new uint64[](LEVELS));
        leaf.siblings[0] = vault.hashReceipt(all[1 - i].receipt);
        leaf.sumsNano[0] = all[1 - i].receipt.debitNano;
        for (uint256 level = 1; level < LEVELS; ++level) {
            leaf.siblings[level] = keccak256(abi.encode("sibling", level));
            leaf.sumsNano[level] = uint64(2 ** 30 * ACCOUNTS + level);
        }
    }

    function settled(EpochBooks.Charge[] memory all) private returns (EpochBooks.Book memory book) {
        return settled(all, providerAccount);
    }

    function settled(EpochBooks.Charge[] memory all, uint32 credited) private returns (EpochBooks.Book memory book) {
        Leaf memory leaf = leafOf(all, 0);
        ReceiptTrees.Node memory node = ReceiptTrees.Node(vault.hashReceipt(leaf.receipt), leaf.receipt.debitNano);
        uint256 path = uint256(1) << LEVELS - SHARD_DEPTH;
        for (uint256 level; level < LEVELS; ++level) {
            ReceiptTrees.Node memory sibling = ReceiptTrees.Node(leaf.siblings[level], leaf.sumsNano[level]);
            node = path >> level & 1 == 0 ? ReceiptTrees.nodeOf(node, sibling) : ReceiptTrees.nodeOf(sibling, node);
        }
        Epochs.Amount[] memory debits = new Epochs.Amount[](ACCOUNTS);
        uint64 ownNano = all[0].receipt.debitNano + all[1].receipt.debitNano;
        uint256 left = node.sumNano - ownNano;
        for (uint256 i; i < ACCOUNTS; ++i) {
            uint256 account = i + 1;
            debits[i] = Epochs.Amount(account, account == ACCOUNT ? ownNano : left / (ACCOUNTS - 1));
        }
        debits[ACCOUNTS - 1].amountNano += left % (ACCOUNTS - 1);
        book.charges = all;
        book.parts = new Epochs.Epoch[](1);
        book.parts[0] = epochOf(debits, Epochs.one(credited, node.sumNano), Epochs.noReleases());
        book.parts[0].header.receiptsRoot = node.hash;
        book.parts[0].header.levels = uint8(LEVELS);
        settle(book.parts[0]);
    }

    function record(string memory call, uint256 most) private {
        uint256 gasUsed = vm.lastCallGas().gasTotalUsed;
        string memory name = string.concat(vm.toString(ACCOUNTS), " accounts: ", call);
        vm.snapshotValue("tribunal", name, gasUsed);
        vm.assertLe(gasUsed, most, name);
    }

    function test_gas_proveLeaf() external {
        EpochBooks.Charge[] memory all = charges();
        setCredits(all[0].receipt, 1);
        EpochBooks.Book memory book = settled(all);
        Statement memory statement = book.statement(0, ACCOUNT);
        Leaf memory leaf = leafOf(all, 0);
        vm.prank(challenger);
        court.proveLeaf(statement, leaf);
        record("proveLeaf: WrongCredits", PROOF_MOST);
    }

    function test_gas_proveAgainstRequest() external {
        EpochBooks.Charge[] memory all = charges();
        all[0].evidence.request.deadline = 1;
        sign(all[0]);
        EpochBooks.Book memory book = settled(all);
        Statement memory statement = book.statement(0, ACCOUNT);
        Leaf memory leaf = leafOf(all, 0);
        vm.prank(challenger);
        court.proveAgainstRequest(statement, leaf, all[0].evidence.request);
        record("proveAgainstRequest: AfterDeadline", PROOF_MOST);
    }

    function test_gas_provePair() external {
        EpochBooks.Charge[] memory all = charges();
        all[1].receipt.sequence = 1;
        EpochBooks.Book memory book = settled(all);
        Statement memory statement = book.statement(0, ACCOUNT);
        Leaf memory leaf = leafOf(all, 0);
        Leaf memory other = leafOf(all, 1);
        vm.prank(challenger);
        court.provePair(statement, leaf, other);
        record("provePair: Sequence", PROOF_MOST);
    }

    function test_gas_provePairOfTwoEpochs() external {
        EpochBooks.Charge[] memory all = charges();
        EpochBooks.Book memory before = settled(all);
        Leaf memory other = leafOf(all, 1);
        EpochBooks.Book memory book = settled(all);
        Statement memory statement = book.statement(0, ACCOUNT);
        Statement memory paid = before.statement(0, ACCOUNT);
        vm.prank(challenger);
        court.provePairOfEpochs(statement, other, paid, other);
        record("provePairOfEpochs: DoubleCharge", TWO_STATEMENTS_MOST);
    }

    function test_gas_statement() external {
        EpochBooks.Charge[] memory all = charges();
        EpochBooks.Book memory book = settled(all);
        Statement memory statement = book.statement(0, ACCOUNT);
        vm.prank(challenger);
        court.challengeStatement{value: DEPOSIT}(statement, new Statement[](0));
        record("challengeStatement", 160_000);
        Leaf memory first = leafOf(all, 0);
        Leaf memory last = leafOf(all, 1);
        uint64 demandedNano = debitOf(book, 0, ACCOUNT);
        earnADeposit(statement);
        vm.prank(settler);
        court.answerStatement(book.parts[0].header, ACCOUNT, demandedNano, first, last);
        record("answerStatement", 160_000);
    }

    function test_gas_leaf() external {
        EpochBooks.Charge[] memory all = charges();
        EpochBooks.Book memory book = settled(all);
        Statement memory statement = book.statement(0, ACCOUNT);
        vm.prank(challenger);
        court.challengeLeaf{value: DEPOSIT}(statement, 1, 0);
        record("challengeLeaf", 160_000);
        Leaf memory leaf = leafOf(all, 0);
        earnADeposit(statement);
        vm.prank(settler);
        court.answerLeaf(book.parts[0].header, ACCOUNT, leaf, all[0].evidence);
        record("answerLeaf", 160_000);
    }

    function test_gas_conclude() external {
        EpochBooks.Charge[] memory all = charges();
        EpochBooks.Book memory book = settled(all);
        Statement memory statement = book.statement(0, ACCOUNT);
        vm.prank(challenger);
        court.challengeLeaf{value: DEPOSIT}(statement, 1, 0);
        passResponse();
        vm.prank(challenger);
        court.conclude(book.parts[0].header.epoch, 0, ACCOUNT, Kind.Leaf, 1 << 32);
        record("conclude", 160_000);
    }

    /// One part, and one shard in which the provider earned anything; another has it.
    function test_gas_proveUnderpaid() external {
        EpochBooks.Charge[] memory all = charges();
        EpochBooks.Book memory book = settled(all, openEarning(actor("crony")));
        CreditStatement[] memory statements = new CreditStatement[](1);
        statements[0] = book.creditStatement(0, providerAccount);
        vm.assertEq(uint256(statements[0].place), 0, "the slot is shared");
        Leaf[] memory leaves = new Leaf[](1);
        leaves[0] = leafOf(all, 1);
        vm.prank(challenger);
        vm.assertTrue(court.proveUnderpaid(book.parts[0].header, providerAccount, statements, leaves), "not proven");
        record("proveUnderpaid", 230_000);
    }

    /// @dev It was not the settler's first answer.
    function earnADeposit(Statement memory statement) private {
        EpochBooks.Charge[] memory all = charges();
        vm.prank(challenger);
        court.challengeLeaf{value: DEPOSIT}(statement, 1, 1);
        court.answerLeaf(statement.header, ACCOUNT, leafOf(all, 1), all[1].evidence);
    }
}

contract Tribunal7AccountsGasTest is TribunalGasTest(7, 230_000, 230_000) {}

contract Tribunal8000AccountsGasTest is TribunalGasTest(8000, 275_000, 320_000) {}
