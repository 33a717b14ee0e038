// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

import {Epochs} from "../../utils/Epochs.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

/// The header chain: what follows what, and what is posted again (M5).
contract SettleChainTest is VaultTest {
    uint32 private account;
    uint32 private earning;

    function setUp() public override {
        super.setUp();
        account = deposit(requester, 10);
        earning = openEarning(provider);
    }

    function plain() private view returns (Epochs.Epoch memory) {
        return epochOf(Epochs.one(account, 3000), Epochs.two(0, 60, earning, 2940), Epochs.noReleases());
    }

    function test_movesBalancesAndTheHead() external {
        Epochs.Epoch memory epoch = plain();
        bytes32 hash = vault.hashHeader(epoch.header);
        vm.expectEmit(address(vault));
        emit EpochSettled(1, 0, hash, 1, epoch.header.receiptsRoot, 3000, 1, 3000);
        settle(epoch);

        assertSpending(account, 7000, "the requester did not pay");
        assertEarning(earning, 2940, "the provider was not paid");
        assertEarning(0, 60, "the treasury was not paid");
        (bytes32 headHash, uint64 number, uint32 part, uint32 parts, uint64 settledAt) = vault.head();
        vm.assertEq(headHash, hash, "the head is another header");
        vm.assertTrue(number == 1 && part == 0 && parts == 1, "the head is elsewhere");
        vm.assertEq(uint256(settledAt), block.timestamp, "time of the head");
        vm.assertEq(vault.headerOf(1, 0), hash, "the header is not found by its number");
    }

    function test_anEpochWithoutReceiptsFollows() external {
        settle(plain());
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases()));
        (, uint64 number,,,) = vault.head();
        vm.assertEq(uint256(number), 2, "an empty epoch was not settled");
    }

    function test_theSameHeaderAgainIsASilentSuccess() external {
        Epochs.Epoch memory epoch = plain();
        settle(epoch);
        Epochs.Epoch memory next = plain();
        settle(next);
        vm.recordLogs();
        settle(epoch);
        settle(next);
        vm.assertEq(vm.getRecordedLogs().length, 0, "a re-post emitted an event");
        assertSpending(account, 4000, "a re-post moved money");
        assertEarning(earning, 5880, "a re-post paid again");
    }

    function test_theSameHeaderAgainSucceedsWhilePaused() external {
        Epochs.Epoch memory epoch = plain();
        settle(epoch);
        pauseVault();
        settle(epoch);
        assertSpending(account, 7000, "a re-post moved money");
    }

    function test_RevertWhen_anotherHeaderClaimsASettledEpoch() external {
        Epochs.Epoch memory fork = plain();
        settle(plain());
        bytes32 headHash = vault.headerOf(1, 0);
        fork.header.l2Block = 99;
        expectRefusal(fork, abi.encodeWithSelector(HeaderDoesNotFollow.selector, bytes32(0), 1, 0, headHash, 1, 0));
    }

    function test_RevertWhen_anEpochIsSkipped() external {
        Epochs.Epoch memory epoch = plain();
        epoch.header.epoch = 2;
        expectRefusal(epoch, abi.encodeWithSelector(HeaderDoesNotFollow.selector, bytes32(0), 2, 0, bytes32(0), 0, 0));
    }

    function test_RevertWhen_previousHeaderIsNotTheHead() external {
        settle(plain());
        Epochs.Epoch memory epoch = plain();
        bytes32 headHash = epoch.header.previousHeader;
        epoch.header.previousHeader = bytes32(uint256(7));
        expectRefusal(
            epoch, abi.encodeWithSelector(HeaderDoesNotFollow.selector, bytes32(uint256(7)), 2, 0, headHash, 1, 0)
        );
    }

    function test_RevertWhen_anEpochBeginsAtAnotherPart() external {
        Epochs.Epoch memory epoch = plain();
        epoch.header.part = 1;
        epoch.header.parts = 2;
        expectRefusal(epoch, abi.encodeWithSelector(HeaderDoesNotFollow.selector, bytes32(0), 1, 1, bytes32(0), 0, 0));
    }

    function test_RevertWhen_theEpochHasNoParts() external {
        Epochs.Epoch memory epoch = plain();
        epoch.header.parts = 0;
        expectRefusal(epoch, abi.encodeWithSelector(PartsOutOfRange.selector, 1, 0, 1024));
    }

    /// A tree of fewer levels has no room for the shards, one of more has positions that no leaf can name.
    function test_RevertWhen_theTreeHasLevelsOutOfRange() external {
        uint8[3] memory levels = [SHARD_DEPTH - 1, SHARD_DEPTH + 33, 255];
        for (uint256 i; i < levels.length; ++i) {
            Epochs.Epoch memory epoch = epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases());
            epoch.header.levels = levels[i];
            expectRefusal(
                epoch, abi.encodeWithSelector(LevelsOutOfRange.selector, levels[i], SHARD_DEPTH, SHARD_DEPTH + 32)
            );
        }
    }

    function test_settlesATreeOfTheMostLevels() external {
        Epochs.Epoch memory epoch = epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases());
        epoch.header.levels = SHARD_DEPTH + 32;
        settle(epoch);
        (, uint64 number,,,) = vault.head();
        vm.assertEq(uint256(number), 1, "the deepest tree is refused");
    }

    function test_RevertWhen_paused() external {
        Epochs.Epoch memory epoch = plain();
        pauseVault();
        expectRefusal(epoch, abi.encodeWithSelector(VaultPaused.selector, block.timestamp + 3 days));
    }

    function test_RevertWhen_callerIsNotTheSettler() external {
        Epochs.Epoch memory epoch = plain();
        bytes32 role = vault.SETTLER_ROLE();
        vm.prank(admin);
        vm.expectRevert(abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, admin, role));
        vault.settle(epoch.header, epoch.words, epoch.releases);
    }

    function test_RevertWhen_theWordsAreNotTheHeaders() external {
        Epochs.Epoch memory epoch = plain();
        bytes32 sealed_ = epoch.header.wordsHash;
        epoch.words.debits[0] += 1 << 64;
        bytes32 posted = Epochs.hashOf(epoch.words, epoch.releases);
        vm.prank(settler);
        vm.expectRevert(abi.encodeWithSelector(WordsHashMismatch.selector, sealed_, posted));
        vault.settle(epoch.header, epoch.words, epoch.releases);
    }

    /// The five arrays are hashed one by one, so an element cannot move from the end of one to the start of the next.
    function testFuzz_RevertWhen_anyWordIsChanged(uint256 array, uint256 change) external {
        request(requester, 1000);
        Epochs.Epoch memory epoch =
            epochOf(Epochs.one(account, 3000), Epochs.one(earning, 3000), Epochs.release(account, 1, 1000));
        bytes32 sealed_ = epoch.header.wordsHash;
        change = bounded(change, 1, type(uint256).max - 1);
        array = bounded(array, 0, 4);
        if (array == 0) epoch.words.debitSlots[0] ^= change;
        if (array == 1) epoch.words.debits[0] ^= change;
        if (array == 2) epoch.words.creditSlots[0] ^= change;
        if (array == 3) epoch.words.credits[0] ^= change;
        if (array == 4) epoch.releases[0] ^= change;
        bytes32 posted = Epochs.hashOf(epoch.words, epoch.releases);
        vm.prank(settler);
        vm.expectRevert(abi.encodeWithSelector(WordsHashMismatch.selector, sealed_, posted));
        vault.settle(epoch.header, epoch.words, epoch.releases);
    }
}
