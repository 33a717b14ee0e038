// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Epochs} from "../../utils/Epochs.sol";
import {BondTest} from "./BondTest.sol";

/// An epoch settles only if its settler's bond covers all that it settled in the last seven buckets.
contract ExposureTest is BondTest {
    function refusedFor(uint256 neededNano, uint64 amountNano) private {
        Epochs.Epoch memory epoch =
            epochOf(Epochs.one(account, amountNano), Epochs.one(earning, amountNano), Epochs.noReleases());
        bytes memory why = abi.encodeWithSelector(BondTooSmall.selector, settler, neededNano, bondNano(settler));
        vm.prank(settler);
        vm.expectRevert(why);
        vault.settle(epoch.header, epoch.words, epoch.releases);
    }

    /// A settler that was appointed and has put nothing up cannot take a nano.
    function test_RevertWhen_theSettlerHasNoBond() external {
        refusedFor(5 * UNIT + ROOM, 1);
    }

    function test_RevertWhen_theBondIsABaseUnitShort() external {
        bond(needed(3) - SCALE);
        refusedFor(5 * 3 * UNIT + ROOM, uint64(3 * UNIT));
        bond(SCALE);
        moveAndSettle(account, earning, uint64(3 * UNIT));
        vm.assertEq(heldNano(settler), 5 * 3 * UNIT + ROOM, "what is held");
    }

    /// 125 units are whole base units, so that there is a bond that is just enough.
    function test_aBondThatIsJustEnough() external {
        bond(5 * 125 * UNIT + ROOM);
        moveAndSettle(account, earning, uint64(125 * UNIT));
        vm.assertEq(heldNano(settler), bondNano(settler), "all of it is held");
    }

    function test_unitsAreRoundedUp() external {
        bond(needed(10));
        moveAndSettle(account, earning, uint64(UNIT + 1));
        vm.assertEq(heldNano(settler), 5 * 2 * UNIT + ROOM, "a unit and a nano");
        moveAndSettle(account, earning, uint64(UNIT));
        vm.assertEq(heldNano(settler), 5 * 3 * UNIT + ROOM, "a unit more");
        moveAndSettle(account, earning, 1);
        vm.assertEq(heldNano(settler), 5 * 4 * UNIT + ROOM, "a nano more");
    }

    function test_saysWhatAPartWouldNeed() external {
        bond(needed(2));
        (uint64 amountNano, uint256 neededNano) = vault.bondOf(settler, uint64(UNIT + 1));
        vm.assertEq(uint256(amountNano), needed(2), "the bond");
        vm.assertEq(neededNano, 5 * 2 * UNIT + ROOM, "what the part needs");
        moveAndSettle(account, earning, uint64(UNIT + 1));
        (, neededNano) = vault.bondOf(settler, 1);
        vm.assertEq(neededNano, 5 * 3 * UNIT + ROOM, "what another needs");
        later(1);
        (, neededNano) = vault.bondOf(settler, 1);
        vm.assertEq(neededNano, 5 * 3 * UNIT + ROOM, "what another needs a bucket later");
    }

    /// The whole window is covered, bucket by bucket, and what is older than seven buckets is free again.
    function test_theWindowRolls() external {
        bond(needed(28));
        for (uint256 bucket; bucket < 7; ++bucket) {
            later(bucket);
            moveAndSettle(account, earning, uint64((bucket + 1) * UNIT));
        }
        vm.assertEq(heldNano(settler), 5 * 28 * UNIT + ROOM, "seven buckets");
        refusedFor(5 * 29 * UNIT + ROOM, 1);
        vm.warp(START + 7 * uint256(BUCKET) - 1);
        refusedFor(5 * 29 * UNIT + ROOM, 1);
        uint256 left = 28;
        for (uint256 bucket; bucket < 6; ++bucket) {
            later(7 + bucket);
            left -= bucket + 1;
            vm.assertEq(heldNano(settler), 5 * left * UNIT + ROOM, "a bucket has left the window");
        }
        later(13);
        vm.assertEq(heldNano(settler), 0, "nothing is in the window");
        moveAndSettle(account, earning, uint64(28 * UNIT));
        vm.assertEq(heldNano(settler), 5 * 28 * UNIT + ROOM, "the bucket of now");
    }

    function test_nothingIsHeldAfterALongTime() external {
        bond(needed(1));
        moveAndSettle(account, earning, 1);
        later(7);
        vm.assertEq(heldNano(settler), 0, "seven buckets later");
        later(8);
        vm.assertEq(heldNano(settler), 0, "eight");
        later(263);
        vm.assertEq(heldNano(settler), 0, "as many as 32 bits and more");
    }

    function test_emptyEpochsAndReleasesNeedNoBond() external {
        uint32 number = request(requester, 5000);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.release(account, number, 5000)));
        vm.assertEq(uint256(releasedNano(account)), 5000, "what was asked for");
        vm.assertEq(vault.settlerOf(1, 0), address(0), "who moved nothing stands for it");
    }

    /// Each for what it settled itself.
    function test_anotherSettlersExposureIsItsOwn() external {
        bond(needed(2));
        moveAndSettle(account, earning, uint64(2 * UNIT));
        address successor = successorOf("successor");
        vm.assertEq(heldNano(successor), 0, "the exposure of the one before");
        postBond(vault, successor, uint64(needed(1)));
        uint256 held = heldNano(settler);
        settler = successor;
        moveAndSettle(account, earning, 1);
        vm.assertEq(heldNano(successor), 5 * UNIT + ROOM, "its own exposure");
        vm.assertTrue(held == 0 && heldNano(actor("settler")) == 0, "the first is out of its window by now");
    }

    /// A bucket counts in 32 bits: past them, an error and no wrap.
    function test_RevertWhen_aBucketIsFull() external {
        vault = newVault(dollar);
        uint64 most = uint64((2 ** 32 - 1) * UNIT);
        account = deposit(actor("whale"), most / SCALE + 1);
        openEarning(provider);
        moveAndSettle(account, earning, most);
        Epochs.Epoch memory epoch = epochOf(Epochs.one(account, 1), Epochs.one(earning, 1), Epochs.noReleases());
        vm.prank(settler);
        vm.expectRevert(abi.encodeWithSelector(ExposureTooLarge.selector, settler, 2 ** 32));
        vault.settle(epoch.header, epoch.words, epoch.releases);
        later(1);
        moveAndSettle(account, earning, 1);
    }

    function test_repostNeedsNoBond() external {
        bond(needed(1));
        Epochs.Epoch memory epoch = epochOf(Epochs.one(account, UNIT), Epochs.one(earning, UNIT), Epochs.noReleases());
        settle(epoch);
        settle(epoch);
        vm.assertEq(heldNano(settler), 5 * UNIT + ROOM, "counted twice");
    }
}
