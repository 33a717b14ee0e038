// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

import {ISettlerBonds} from "../../../src/interfaces/ISettlerBonds.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {BondTest} from "./BondTest.sol";

/// Whose a part is, and whether it can still be answered for.
contract TurnsTest is BondTest {
    address private first;
    address private second;

    function setUp() public override {
        super.setUp();
        first = settler;
        second = successorOf("successor");
        postBond(vault, first, 100e9);
        postBond(vault, second, 100e9);
    }

    function settledBy(address by) private {
        settler = by;
        moveAndSettle(account, earning, 1000);
    }

    function test_aTurnBeginsWithItsFirstPart() external {
        vm.expectEmit(address(vault));
        emit SettlerTurn(first, 1, 0);
        settledBy(first);
        vm.recordLogs();
        settledBy(first);
        vm.assertEq(vm.getRecordedLogs().length, 1, "a turn in the midst of a turn");
        vm.expectEmit(address(vault));
        emit SettlerTurn(second, 3, 0);
        settledBy(second);
        vm.expectEmit(address(vault));
        emit SettlerTurn(first, 4, 0);
        settledBy(first);
    }

    function test_everyPartIsItsSettlers() external {
        address[9] memory by = [first, first, second, first, second, second, second, first, second];
        for (uint64 i; i < 9; ++i) {
            settledBy(by[i]);
            for (uint64 epoch = 1; epoch <= i + 1; ++epoch) {
                vm.assertEq(vault.settlerOf(epoch, 0), by[epoch - 1], "another's part");
            }
        }
    }

    function test_aTurnBeginsInMidEpoch() external {
        Epochs.Epoch memory part = partOf(Epochs.one(account, 10), Epochs.one(earning, 10), Epochs.noReleases(), 0, 2);
        part.header.receiptsSumNano = 20;
        settler = first;
        settle(part);
        part = partOf(Epochs.one(account, 10), Epochs.one(earning, 10), Epochs.noReleases(), 1, 2);
        part.header.receiptsSumNano = 20;
        vm.expectEmit(address(vault));
        emit SettlerTurn(second, 1, 1);
        settler = second;
        settle(part);
        vm.assertEq(vault.settlerOf(1, 0), first, "the first part");
        vm.assertEq(vault.settlerOf(1, 1), second, "the second part");
    }

    /// Of two settlers of an epoch the accused part's pays for an earner.
    function test_theSettlerOfThePartPaysTheEarner() external {
        for (uint32 part; part < 2; ++part) {
            Epochs.Epoch memory half =
                partOf(Epochs.one(account, 10), Epochs.one(earning, 10), Epochs.noReleases(), part, 2);
            half.header.receiptsSumNano = 20;
            settler = part == 0 ? first : second;
            settle(half);
        }
        for (uint32 part; part < 2; ++part) {
            (uint64 firstNano, uint64 secondNano) = (bondNano(first), bondNano(second));
            vm.prank(tribunal);
            vault.slashForEarner(1, part, earning, 10, challenger);
            vm.assertTrue((bondNano(first) < firstNano) == (part == 0), "the first settler");
            vm.assertTrue((bondNano(second) < secondNano) == (part == 1), "the second settler");
        }
    }

    function test_answerableForSevenBuckets() external {
        uint256 begin = block.timestamp / BUCKET;
        vm.assertFalse(vault.answerable(1, 0), "not settled yet");
        vm.warp((begin + 1) * BUCKET - 1);
        settledBy(first);
        vm.warp((begin + 1) * BUCKET);
        settledBy(first);
        vm.assertFalse(vault.answerable(1, 1), "no such part");
        vm.assertFalse(vault.answerable(3, 0), "no such epoch");
        vm.warp((begin + 7) * BUCKET - 1);
        vm.assertTrue(vault.answerable(1, 0) && vault.answerable(2, 0), "within seven buckets");
        vm.warp((begin + 7) * BUCKET);
        vm.assertFalse(vault.answerable(1, 0), "after seven buckets");
        vm.assertTrue(vault.answerable(2, 0), "the next bucket's are answerable for longer");
        vm.warp((begin + 8) * BUCKET);
        vm.assertFalse(vault.answerable(2, 0), "after its seven buckets");
    }

    /// The vault is as old as its first bucket: the first epoch may come in it.
    function test_theFirstEpochInTheBucketOfTheDeployment() external {
        vault = newVault(dollar);
        account = deposit(requester, 1e6);
        earning = openEarning(provider);
        settledBy(first);
        vm.assertTrue(vault.answerable(1, 0), "the first epoch");
    }

    /// The empty epoch is the first of its bucket, and the false one its second.
    function test_answerableAfterAnEmptyEpochInTheSameBucket() external {
        uint256 begin = block.timestamp / BUCKET + 20;
        vm.warp(begin * BUCKET);
        settler = first;
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases()));
        settledBy(first);
        vm.warp((begin + 7) * BUCKET - 1);
        vm.assertTrue(vault.answerable(2, 0), "within its window");
    }

    /// A part that comes late is answerable as long as any: the epoch's first part says nothing of it.
    function test_eachPartHasAWindowOfItsOwn() external {
        uint256 begin = block.timestamp / BUCKET;
        Epochs.Epoch memory part = partOf(Epochs.one(account, 10), Epochs.one(earning, 10), Epochs.noReleases(), 0, 2);
        part.header.receiptsSumNano = 20;
        settler = first;
        settle(part);
        vm.warp((begin + 2) * BUCKET);
        part = partOf(Epochs.one(account, 10), Epochs.one(earning, 10), Epochs.noReleases(), 1, 2);
        part.header.receiptsSumNano = 20;
        settle(part);
        vm.warp((begin + 7) * BUCKET);
        vm.assertFalse(vault.answerable(1, 0), "the first part");
        vm.assertTrue(vault.answerable(1, 1), "the second part");
    }

    function test_keepsItsTerms() external view {
        vm.assertEq(vault.TRIBUNAL(), tribunal, "the tribunal");
        vm.assertEq(uint256(vault.BUCKET()), BUCKET, "the bucket");
        vm.assertEq(uint256(vault.COVER()), 5, "the cover");
        vm.assertEq(uint256(vault.FINE_NANO()), FINE_NANO, "the fine");
    }

    function refusesTerms(ISettlerBonds.BondTerms memory terms, bytes memory why) private {
        bytes memory arguments = abi.encode(dollar, SHARD_DEPTH, uint64(0), admin, settler, guardian, treasury, terms);
        vm.expectRevert(why);
        newVault(arguments);
    }

    function test_RevertWhen_theTermsAreOutOfRange() external {
        ISettlerBonds.BondTerms memory terms = bondTerms();
        terms.tribunal = address(0);
        refusesTerms(terms, abi.encodeWithSelector(ZeroAddress.selector));
        terms = bondTerms();
        terms.bucketSeconds = 0;
        refusesTerms(terms, abi.encodeWithSelector(BondTermsOutOfRange.selector, 0, 5));
        terms = bondTerms();
        terms.cover = 4;
        refusesTerms(terms, abi.encodeWithSelector(BondTermsOutOfRange.selector, BUCKET, 4));
    }
}
