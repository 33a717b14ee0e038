// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Epochs} from "../../utils/Epochs.sol";
import {ReceiptTrees} from "../../utils/ReceiptTrees.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

contract VerifyReceiptTest is VaultTest {
    uint32 private constant SHARD = 1;

    uint32 private account;
    uint32 private earning;

    function setUp() public override {
        super.setUp();
        account = deposit(requester, 100);
        earning = openEarning(provider);
    }

    function receipts() private view returns (Receipt[] memory all) {
        all = new Receipt[](3);
        for (uint32 i; i < 3; ++i) {
            all[i].requestId = keccak256(abi.encode("request", i));
            all[i].requesterAccount = account;
            all[i].sequence = i + 1;
            all[i].providerAccount = earning;
            all[i].units = 10;
            all[i].debitNano = 1000 * (i + 1);
            all[i].credits = new uint256[](2);
            all[i].credits[0] = uint256(earning) << 64 | 950 * (i + 1);
            all[i].credits[1] = 50 * (i + 1);
            all[i].shard = SHARD;
            all[i].index = i;
        }
    }

    function proofOf(Epochs.Epoch memory epoch, uint32 index) private view returns (ReceiptProof memory proof) {
        return proofIn(epoch, receipts(), index);
    }

    function proofIn(Epochs.Epoch memory epoch, Receipt[] memory all, uint32 index)
        private
        view
        returns (ReceiptProof memory proof)
    {
        (, ReceiptTrees.Node[] memory siblings) = ReceiptTrees.build(vault, all, SHARD, index);
        proof.header = epoch.header;
        proof.siblings = new bytes32[](siblings.length);
        proof.sumsNano = new uint64[](siblings.length);
        for (uint256 i; i < siblings.length; ++i) {
            proof.siblings[i] = siblings[i].hash;
            proof.sumsNano[i] = siblings[i].sumNano;
        }
    }

    function sealedEpoch() private view returns (Epochs.Epoch memory epoch) {
        (ReceiptTrees.Node memory root,) = ReceiptTrees.build(vault, receipts(), SHARD, 0);
        epoch = epochOf(Epochs.one(account, 6000), Epochs.one(earning, 6000), Epochs.noReleases());
        epoch.header.receiptsRoot = root.hash;
        epoch.header.receiptsSumNano = root.sumNano;
        epoch.header.receiptsCount = 3;
        epoch.header.levels = SHARD_DEPTH + 2;
    }

    function settled() private returns (Epochs.Epoch memory epoch) {
        epoch = sealedEpoch();
        settle(epoch);
    }

    function test_everyReceiptOfASettledEpochIsProven() external {
        Epochs.Epoch memory epoch = settled();
        for (uint32 i; i < 3; ++i) {
            vm.assertTrue(vault.verifyReceipt(1, receipts()[i], proofOf(epoch, i)), "a receipt is not proven");
        }
    }

    /// Its path has the levels of the shards and none of its own.
    function test_aReceiptAloneInItsShardIsProven() external {
        Receipt[] memory alone = new Receipt[](1);
        alone[0] = receipts()[0];
        (ReceiptTrees.Node memory root,) = ReceiptTrees.build(vault, alone, SHARD, 0);
        Epochs.Epoch memory epoch = epochOf(Epochs.one(account, 1000), Epochs.one(earning, 1000), Epochs.noReleases());
        epoch.header.receiptsRoot = root.hash;
        epoch.header.receiptsCount = 1;
        settle(epoch);
        vm.assertTrue(vault.verifyReceipt(1, alone[0], proofIn(epoch, alone, 0)), "the only receipt is not proven");
    }

    function test_aReceiptStaysProvenByLaterEpochs() external {
        Epochs.Epoch memory epoch = settled();
        moveAndSettle(account, earning, 5);
        vm.assertTrue(vault.verifyReceipt(1, receipts()[2], proofOf(epoch, 2)), "an older epoch is forgotten");
    }

    function test_aReceiptStaysProvenWhileALaterEpochIsInProgress() external {
        Epochs.Epoch memory epoch = settled();
        settle(partOf(Epochs.none(), Epochs.none(), Epochs.noReleases(), 0, 2));
        vm.assertTrue(vault.verifyReceipt(1, receipts()[0], proofOf(epoch, 0)), "half an epoch later it is not proven");
    }

    function test_anyPartsHeaderProvesOnceTheLastIsSettled() external {
        Epochs.Epoch memory whole = sealedEpoch();
        Epochs.Epoch memory first =
            partOf(Epochs.one(account, 2000), Epochs.one(earning, 2000), Epochs.noReleases(), 0, 2);
        claim(first, whole.header);
        settle(first);
        vm.assertFalse(vault.verifyReceipt(1, receipts()[0], proofOf(first, 0)), "the next part may debit more of it");
        Epochs.Epoch memory second =
            partOf(Epochs.one(account, 4000), Epochs.one(earning, 4000), Epochs.noReleases(), 1, 2);
        claim(second, whole.header);
        settle(second);
        vm.assertTrue(
            vault.verifyReceipt(1, receipts()[0], proofOf(first, 0)), "the first part's header does not prove"
        );
        vm.assertTrue(
            vault.verifyReceipt(1, receipts()[0], proofOf(second, 0)), "the last part's header does not prove"
        );
    }

    /// @dev Two receipts of `account`, one of the first account of the next slot.
    function twoSlots() private returns (Receipt[] memory all, uint32 behind) {
        for (uint160 i = 1; i <= 4; ++i) {
            behind = deposit(address(i), 100);
        }
        all = receipts();
        all[2].requesterAccount = behind / 4 * 4;
    }

    function claimAll(Epochs.Epoch memory part, Receipt[] memory all) private view {
        (ReceiptTrees.Node memory root,) = ReceiptTrees.build(vault, all, SHARD, 0);
        part.header.receiptsRoot = root.hash;
        part.header.receiptsSumNano = root.sumNano;
        part.header.receiptsCount = 3;
        part.header.levels = SHARD_DEPTH + 2;
    }

    /// What a part has debited whole is proven at once, whatever becomes of the parts to come.
    function test_ofHalfAnEpochWhatWasPaidIsProven() external {
        (Receipt[] memory all, uint32 behind) = twoSlots();
        Epochs.Epoch memory first = partOf(Epochs.none(), Epochs.none(), Epochs.noReleases(), 0, 3);
        claimAll(first, all);
        settle(first);
        for (uint32 i; i < 3; ++i) {
            vm.assertFalse(vault.verifyReceipt(1, all[i], proofIn(first, all, i)), "nothing was debited yet");
        }
        Epochs.Epoch memory second =
            partOf(Epochs.two(account, 3000, behind, 1), Epochs.one(earning, 3001), Epochs.noReleases(), 1, 3);
        claimAll(second, all);
        settle(second);
        vm.assertTrue(vault.verifyReceipt(1, all[0], proofIn(second, all, 0)), "what was paid is not proven");
        vm.assertTrue(vault.verifyReceipt(1, all[1], proofIn(first, all, 1)), "not by the header of the part before");
        vm.assertFalse(vault.verifyReceipt(1, all[2], proofIn(second, all, 2)), "its slot may go on in the next part");
        Epochs.Epoch memory third =
            partOf(Epochs.one(behind, 2999), Epochs.one(earning, 2999), Epochs.noReleases(), 2, 3);
        claimAll(third, all);
        vm.assertFalse(vault.verifyReceipt(1, all[2], proofIn(third, all, 2)), "proven by a part that is not settled");
        settle(third);
        vm.assertTrue(vault.verifyReceipt(1, all[2], proofIn(second, all, 2)), "not proven by the whole epoch");
    }

    /// Who was charged nothing has paid it with everyone else of the slots below.
    function test_ofHalfAnEpochWhatCostNothingIsProvenWithItsSlot() external {
        (Receipt[] memory all, uint32 behind) = twoSlots();
        all[0].requesterAccount = account - 1;
        all[0].debitNano = 0;
        Epochs.Epoch memory first =
            partOf(Epochs.two(account, 2000, behind, 1), Epochs.one(earning, 2001), Epochs.noReleases(), 0, 2);
        claimAll(first, all);
        settle(first);
        vm.assertTrue(vault.verifyReceipt(1, all[0], proofIn(first, all, 0)), "what cost nothing is not proven");
        all[2].debitNano = 0;
        vm.assertFalse(vault.verifyReceipt(1, all[2], proofIn(first, all, 2)), "another receipt is proven");
    }

    /// Of an epoch that was cut short, the debits below the last slot are whole, and their receipts stay proven.
    function test_ofAVoidRemainderWhatWasPaidIsProven() external {
        (Receipt[] memory all, uint32 behind) = twoSlots();
        Epochs.Epoch memory half =
            partOf(Epochs.two(account, 3000, behind, 1), Epochs.one(earning, 3001), Epochs.noReleases(), 0, 2);
        claimAll(half, all);
        settle(half);
        vm.warp(block.timestamp + 1 days);
        for (uint256 cut; cut < 3; ++cut) {
            if (cut == 1) {
                vm.prank(settler);
                vault.voidRemainder();
            }
            if (cut == 2) moveAndSettle(account, earning, 5);
            vm.assertTrue(vault.verifyReceipt(1, all[0], proofIn(half, all, 0)), "what was paid is not proven");
            vm.assertTrue(vault.verifyReceipt(1, all[1], proofIn(half, all, 1)), "what was paid is not proven");
            vm.assertFalse(vault.verifyReceipt(1, all[2], proofIn(half, all, 2)), "what may not be paid is proven");
        }
    }

    function claim(Epochs.Epoch memory part, EpochHeader memory whole) private pure {
        part.header.receiptsRoot = whole.receiptsRoot;
        part.header.receiptsSumNano = whole.receiptsSumNano;
        part.header.receiptsCount = whole.receiptsCount;
        part.header.levels = whole.levels;
    }

    function test_refusesBeforeTheEpochIsSettled() external view {
        vm.assertFalse(vault.verifyReceipt(1, receipts()[0], proofOf(sealedEpoch(), 0)), "proven before it is settled");
    }

    function test_refusesAnotherEpochNumber() external {
        Epochs.Epoch memory epoch = settled();
        moveAndSettle(account, earning, 5);
        vm.assertFalse(vault.verifyReceipt(2, receipts()[0], proofOf(epoch, 0)), "proven for another epoch");
    }

    function test_refusesAHeaderThatIsNotTheVaults() external {
        ReceiptProof memory proof = proofOf(settled(), 0);
        proof.header.l2Block += 1;
        vm.assertFalse(vault.verifyReceipt(1, receipts()[0], proof), "proven by another header");
    }

    function test_refusesAnotherAmount() external {
        Epochs.Epoch memory epoch = settled();
        Receipt memory receipt = receipts()[0];
        receipt.debitNano += 1;
        vm.assertFalse(vault.verifyReceipt(1, receipt, proofOf(epoch, 0)), "another debit is proven");
    }

    /// A settler that seals a tree of more than it settles proves none of its receipts.
    function test_refusesATreeWhoseSumIsNotTheHeaders() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.one(account, 5000), Epochs.one(earning, 5000), Epochs.noReleases());
        epoch.header.receiptsRoot = sealedEpoch().header.receiptsRoot;
        epoch.header.levels = sealedEpoch().header.levels;
        settle(epoch);
        vm.assertFalse(vault.verifyReceipt(1, receipts()[0], proofOf(epoch, 0)), "proven in a tree of another sum");
    }

    /// A leaf whose index or shard has bits above the path's could be proven in two places.
    function test_refusesPositionsBeyondThePath() external {
        Receipt[] memory all = receipts();
        all[0].index |= 4;
        all[1].shard |= 4;
        (ReceiptTrees.Node memory root,) = ReceiptTrees.build(vault, all, SHARD, 0);
        Epochs.Epoch memory epoch = sealedEpoch();
        epoch.header.receiptsRoot = root.hash;
        settle(epoch);
        vm.assertTrue(vault.verifyReceipt(1, all[2], proofIn(epoch, all, 2)), "the honest receipt is not proven");
        vm.assertFalse(vault.verifyReceipt(1, all[0], proofIn(epoch, all, 0)), "an index beyond the shard is proven");
        vm.assertFalse(vault.verifyReceipt(1, all[1], proofIn(epoch, all, 1)), "a shard beyond the tree is proven");
    }

    function testFuzz_refusesAnyOtherPosition(uint32 index, uint32 shard) external {
        Epochs.Epoch memory epoch = settled();
        if (index == 1 && shard == SHARD) index = 2;
        Receipt memory receipt = receipts()[1];
        receipt.index = index;
        receipt.shard = shard;
        vm.assertFalse(vault.verifyReceipt(1, receipt, proofOf(epoch, 1)), "a second position is proven");
    }

    function test_refusesAProofOfTheWrongLength() external {
        ReceiptProof memory proof = proofOf(settled(), 0);
        proof.sumsNano = new uint64[](proof.siblings.length - 1);
        vm.assertFalse(vault.verifyReceipt(1, receipts()[0], proof), "sums are missing");
        proof = proofOf(settledHeaderEpoch(), 0);
        setLength(proof, proof.siblings.length - 1);
        vm.assertFalse(vault.verifyReceipt(1, receipts()[0], proof), "shorter than the header says");
        setLength(proof, 400);
        vm.assertFalse(vault.verifyReceipt(1, receipts()[0], proof), "absurdly long");
    }

    /// One receipt, deeper than it needs: every shard is padded to the deepest.
    function test_aPaddedShardProves() external {
        Receipt[] memory alone = new Receipt[](1);
        alone[0] = receipts()[0];
        ReceiptTrees.Node memory node = ReceiptTrees.Node(vault.hashReceipt(alone[0]), alone[0].debitNano);
        Epochs.Epoch memory epoch = epochOf(Epochs.one(account, 1000), Epochs.one(earning, 1000), Epochs.noReleases());
        epoch.header.levels = SHARD_DEPTH + 3;
        ReceiptProof memory proof;
        setLength(proof, epoch.header.levels);
        ReceiptTrees.Node memory none;
        for (uint256 level; level < epoch.header.levels; ++level) {
            bool right = level >= 3 && SHARD >> (level - 3) & 1 == 1;
            node = right ? ReceiptTrees.nodeOf(none, node) : ReceiptTrees.nodeOf(node, none);
        }
        epoch.header.receiptsRoot = node.hash;
        settle(epoch);
        proof.header = epoch.header;
        vm.assertTrue(vault.verifyReceipt(1, alone[0], proof), "a receipt in a padded shard is not proven");
        setLength(proof, SHARD_DEPTH + 2);
        vm.assertFalse(vault.verifyReceipt(1, alone[0], proof), "proven at another depth");

        epoch = epochOf(Epochs.one(account, 1000), Epochs.one(earning, 1000), Epochs.noReleases());
        epoch.header.levels = SHARD_DEPTH + 3;
        epoch.header.receiptsRoot = ReceiptTrees.nodeOf(node, none).hash;
        settle(epoch);
        proof.header = epoch.header;
        setLength(proof, SHARD_DEPTH + 4);
        vm.assertFalse(vault.verifyReceipt(2, alone[0], proof), "proven in a tree deeper than the header says");
    }

    function setLength(ReceiptProof memory proof, uint256 levels) private pure {
        proof.siblings = new bytes32[](levels);
        proof.sumsNano = new uint64[](levels);
    }

    function test_refusesSumsThatWrapAround() external {
        ReceiptProof memory proof = proofOf(settled(), 0);
        proof.sumsNano[0] = type(uint64).max;
        vm.assertFalse(vault.verifyReceipt(1, receipts()[0], proof), "a sum wrapped around");
    }

    function test_refusesAnEmptySiblingWithASum() external {
        ReceiptProof memory proof = proofOf(settled(), 0);
        proof.siblings[proof.siblings.length - 1] = 0;
        proof.sumsNano[proof.siblings.length - 1] = 1;
        vm.assertFalse(vault.verifyReceipt(1, receipts()[0], proof), "an empty subtree has a sum");
    }

    function testFuzz_refusesAnyChangeOfThePath(uint256 level, bytes32 hash, uint64 sumNano) external {
        ReceiptProof memory proof = proofOf(settled(), 0);
        level = bounded(level, 0, proof.siblings.length - 1);
        if (proof.siblings[level] == hash) hash = ~hash;
        proof.siblings[level] = hash;
        vm.assertFalse(vault.verifyReceipt(1, receipts()[0], proof), "another sibling is proven");
        proof = proofOf(settledHeaderEpoch(), 0);
        if (proof.sumsNano[level] == sumNano) sumNano ^= 1;
        proof.sumsNano[level] = sumNano;
        vm.assertFalse(vault.verifyReceipt(1, receipts()[0], proof), "another sum is proven");
    }

    /// @dev Epoch 1 as it was settled, rebuilt after the head has moved past its predecessor.
    function settledHeaderEpoch() private view returns (Epochs.Epoch memory epoch) {
        epoch = sealedEpoch();
        epoch.header.previousHeader = 0;
        epoch.header.epoch = 1;
    }
}
