// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Epochs} from "../../utils/Epochs.sol";
import {BondTest} from "./BondTest.sol";

/// What the tribunal does with a bond, and nobody else.
contract SlashTest is BondTest {
    uint64 private constant DEBIT = 1_000_000_007;

    function setUp() public override {
        super.setUp();
        bond(needed(600));
        moveAndSettle(account, earning, DEBIT);
    }

    function assertStatement(uint64 lockedNano_, uint32 locks_, bool compensated_) private view {
        (uint64 lockedNano, uint32 locks, bool compensated) = vault.statement(1, 0, account);
        vm.assertEq(uint256(lockedNano), lockedNano_, "locked");
        vm.assertEq(uint256(locks), locks_, "locks");
        vm.assertTrue(compensated == compensated_, "compensated");
    }

    function test_compensatesTheVictimAndPaysTheChallenger() external {
        uint64 fifth = DEBIT / 5;
        uint64 taken = 2 * DEBIT + FINE_NANO;
        vm.expectEmit(address(vault));
        emit Slashed(settler, account, challenger, 1, 0, DEBIT, DEBIT + fifth, fifth + FINE_NANO, taken);
        vm.assertEq(uint256(slash(1, DEBIT)), DEBIT + fifth, "what it says");
        vm.assertEq(uint256(releasedNano(account)), DEBIT + fifth, "the victim's");
        vm.assertEq(uint256(vault.rewardOf(challenger)), fifth + FINE_NANO, "the challenger's");
        vm.assertEq(uint256(bondNano(settler)), needed(600) - taken, "the bond");
        assertEarning(earning, DEBIT, "the provider was paid all the same");
        assertStatement(0, 0, true);

        uint256 before = dollar.balanceOf(requester);
        vm.prank(requester);
        vault.takeReleased(requester);
        vm.assertEq(dollar.balanceOf(requester) - before, (DEBIT + fifth) / SCALE, "takeable at once");
    }

    /// Also while paused.
    function test_theRewardIsTakenInWholeUnits() external {
        slash(1, DEBIT);
        pauseVault();
        uint64 reward = DEBIT / 5 + FINE_NANO;
        vm.expectEmit(address(vault));
        emit RewardTaken(challenger, stranger, reward - reward % SCALE);
        vm.prank(challenger);
        vm.assertEq(uint256(vault.takeReward(stranger)), reward - reward % SCALE, "what it says");
        vm.assertEq(dollar.balanceOf(stranger), reward / SCALE, "what arrived");
        vm.assertEq(uint256(vault.rewardOf(challenger)), reward % SCALE, "what stays");
        vm.prank(challenger);
        vm.expectRevert(abi.encodeWithSelector(NothingToPay.selector, challenger));
        vault.takeReward(challenger);
    }

    /// Many small false statements cost one fine in a bucket, and the bond keeps what the claims need.
    function test_oneFineInABucket() external {
        moveAndSettle(account, earning, 1000);
        moveAndSettle(account, earning, 1000);
        slash(1, DEBIT);
        uint64 before = bondNano(settler);
        slash(2, 1000);
        vm.assertEq(uint256(before - bondNano(settler)), 2000, "a second fine");
        later(1);
        before = bondNano(settler);
        slash(3, 1000);
        vm.assertEq(uint256(before - bondNano(settler)), 2000 + FINE_NANO, "no fine in the next bucket");
        vm.assertEq(uint256(vault.rewardOf(challenger)), DEBIT / 5 + 400 + 2 * FINE_NANO, "the challenger's");
    }

    function test_RevertWhen_compensatedBefore() external {
        slash(1, DEBIT);
        bytes memory why = abi.encodeWithSelector(AlreadyCompensated.selector, 1, 0, account);
        vm.prank(tribunal);
        vm.expectRevert(why);
        vault.slash(1, 0, account, DEBIT, challenger);
        vm.prank(tribunal);
        vm.expectRevert(why);
        vault.lock(1, 0, account, DEBIT);
    }

    /// A second part, or another account, is another statement.
    function test_eachStatementOnItsOwn() external {
        uint32 other = deposit(actor("other"), 1e6);
        for (uint32 part; part < 2; ++part) {
            Epochs.Epoch memory epoch =
                partOf(Epochs.two(account, 100, other, 50), Epochs.one(earning, 150), Epochs.noReleases(), part, 2);
            epoch.header.receiptsSumNano = 300;
            settle(epoch);
        }
        vm.prank(tribunal);
        vault.slash(2, 0, account, 100, challenger);
        vm.prank(tribunal);
        vault.slash(2, 1, account, 100, challenger);
        vm.prank(tribunal);
        vault.slash(2, 0, other, 50, challenger);
        vm.assertEq(uint256(releasedNano(account)), 240, "both parts of the first");
        vm.assertEq(uint256(releasedNano(other)), 60, "the second");
    }

    function test_RevertWhen_outsideTheWindow() external {
        later(7);
        bytes memory why = abi.encodeWithSelector(NotAnswerable.selector, 1, 0, account);
        vm.prank(tribunal);
        vm.expectRevert(why);
        vault.slash(1, 0, account, DEBIT, challenger);
        vm.prank(tribunal);
        vm.expectRevert(why);
        vault.lock(1, 0, account, DEBIT);
    }

    function test_RevertWhen_thePartIsNotSettled() external {
        vm.prank(tribunal);
        vm.expectRevert(abi.encodeWithSelector(NotAnswerable.selector, 2, 0, account));
        vault.slash(2, 0, account, DEBIT, challenger);
        vm.prank(tribunal);
        vm.expectRevert(abi.encodeWithSelector(NotAnswerable.selector, 1, 1, account));
        vault.lock(1, 1, account, DEBIT);
    }

    function test_aLockOutlivesTheWindow() external {
        lock(1, DEBIT);
        assertStatement(2 * DEBIT, 1, false);
        later(20);
        vm.assertEq(heldNano(settler), 2 * DEBIT, "what the challenge holds");
        bytes memory why = abi.encodeWithSelector(BondTooSmall.selector, settler, 2 * DEBIT + needed(600), needed(600));
        vm.prank(settler);
        vm.expectRevert(why);
        vault.withdrawBond(uint64(needed(600)), settler);

        uint64 before = bondNano(settler);
        slash(1, DEBIT);
        vm.assertEq(uint256(before - bondNano(settler)), 2 * DEBIT, "no fine after the window");
        vm.assertEq(heldNano(settler), 0, "nothing is held any more");
        assertStatement(0, 1, true);
        unlock(1);
        assertStatement(0, 0, true);
        vm.assertEq(heldNano(settler), 0, "undone twice");
    }

    function test_anAnsweredChallengeChangesNothing() external {
        uint256 held = heldNano(settler);
        lock(1, DEBIT);
        vm.assertEq(heldNano(settler), held + 2 * DEBIT, "held for the challenge");
        unlock(1);
        vm.assertEq(heldNano(settler), held, "free again");
        vm.assertEq(uint256(bondNano(settler)), needed(600), "the bond");
        assertStatement(0, 0, false);
        later(7);
        vm.prank(tribunal);
        vm.expectRevert(abi.encodeWithSelector(NotAnswerable.selector, 1, 0, account));
        vault.slash(1, 0, account, DEBIT, challenger);
    }

    /// Two challenges of one statement hold its money once, until both are answered.
    function test_twoLocksHoldOnce() external {
        lock(1, DEBIT);
        lock(1, DEBIT);
        assertStatement(2 * DEBIT, 2, false);
        later(7);
        vm.assertEq(heldNano(settler), 2 * DEBIT, "held once");
        unlock(1);
        assertStatement(2 * DEBIT, 1, false);
        unlock(1);
        vm.assertEq(heldNano(settler), 0, "free again");
    }

    /// A challenge at the edge of the window would otherwise be prolonged for ever by another.
    function test_RevertWhen_aLockedStatementIsLockedAfterTheWindow() external {
        lock(1, DEBIT);
        later(7);
        vm.prank(tribunal);
        vm.expectRevert(abi.encodeWithSelector(NotAnswerable.selector, 1, 0, account));
        vault.lock(1, 0, account, DEBIT);
    }

    function test_RevertWhen_nothingIsLocked() external {
        vm.prank(tribunal);
        vm.expectRevert(abi.encodeWithSelector(NothingLocked.selector, 1, 0, account));
        vault.unlock(1, 0, account);
    }

    /// An open challenge takes from what can be settled.
    function test_RevertWhen_anEpochNeedsWhatAChallengeHolds() external {
        lock(1, DEBIT);
        (, uint256 neededNano) = vault.bondOf(settler, uint64(300 * UNIT));
        Epochs.Epoch memory epoch =
            epochOf(Epochs.one(account, 300 * UNIT), Epochs.one(earning, 300 * UNIT), Epochs.noReleases());
        vm.prank(settler);
        vm.expectRevert(abi.encodeWithSelector(BondTooSmall.selector, settler, neededNano, needed(600)));
        vault.settle(epoch.header, epoch.words, epoch.releases);
        unlock(1);
        settle(epoch);
    }

    /// The bond that pays is of who settled, whoever settles now.
    function test_theSuccessorDoesNotPay() external {
        lock(1, DEBIT);
        address successor = successorOf("successor");
        postBond(vault, successor, 100e9);
        address thief = settler;
        settler = successor;
        moveAndSettle(account, earning, 1000);
        slash(1, DEBIT);
        vm.assertEq(uint256(bondNano(thief)), needed(600) - 2 * DEBIT, "who debited pays");
        vm.assertEq(uint256(bondNano(successor)), 100e9, "who came after does not");
    }

    function test_aChallengeHoldsTheBondOfWhoSettled() external {
        address successor = successorOf("successor");
        postBond(vault, successor, 100e9);
        address first = settler;
        moveAndSettle(account, earning, 1000);
        settler = successor;
        moveAndSettle(account, earning, 2000);
        (uint256 ofFirst, uint256 ofSecond) = (heldNano(first), heldNano(successor));
        lock(2, 1000);
        vm.assertEq(heldNano(first), ofFirst + 2000, "who settled is held");
        vm.assertEq(heldNano(successor), ofSecond, "who came after is not");
        unlock(2);
        vm.assertEq(heldNano(first), ofFirst, "who settled is free again");
        vm.assertEq(heldNano(successor), ofSecond, "who came after was not held");
    }

    function postPart(address by, uint32 part) private {
        Epochs.Epoch memory epoch =
            partOf(Epochs.one(account, 1000), Epochs.one(earning, 1000), Epochs.noReleases(), part, 2);
        epoch.header.receiptsSumNano = 2000;
        settler = by;
        settle(epoch);
    }

    /// A settler took over in the middle of an epoch.
    function test_eachPartIsPaidForByItsSettler() external {
        address first = settler;
        address second = successorOf("successor");
        postBond(vault, second, 100e9);
        postPart(first, 0);
        postPart(second, 1);
        (uint256 ofFirst, uint256 ofSecond) = (heldNano(first), heldNano(second));
        lock(2, 1000);
        vm.assertEq(heldNano(first), ofFirst + 2000, "who settled the first part is held");
        unlock(2);
        vm.assertTrue(heldNano(first) == ofFirst && heldNano(second) == ofSecond, "who settled is free again");
        uint64 before = bondNano(first);
        slash(2, 1000);
        vm.assertEq(uint256(before - bondNano(first)), 2000 + FINE_NANO, "who settled the first part pays");
        vm.assertEq(uint256(bondNano(second)), 100e9, "who settled the second part does not");
    }

    /// No epoch and no way out may fail because somebody was compensated.
    function test_compensationStaysInRange() external {
        vault = newVault(dollar);
        uint64 whole = 2 ** 63 - 1 - (2 ** 63 - 1) % SCALE;
        account = deposit(requester, whole / SCALE);
        openEarning(provider);
        uint32 number = request(requester, whole);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.release(account, number, whole - 1000)));
        deposit(requester, 100e6);
        moveAndSettle(account, earning, 10_000);
        vm.assertEq(uint256(slash(2, 10_000)), uint256(2 ** 63 - 1 - whole), "what has room beside the open request");
        vm.assertEq(uint256(releasedNano(account)), 2 ** 63 - 1 - 1000, "what is released");
        vm.assertEq(uint256(vault.rewardOf(challenger)), 2000 + FINE_NANO, "the challenger has its own");
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.release(account, number, 1000)));
        vm.assertEq(uint256(releasedNano(account)), 2 ** 63 - 1, "the rest of the request");
    }

    function test_RevertWhen_callerIsNotTheTribunal() external {
        address[6] memory others = [admin, settler, guardian, provider, stranger, requester];
        for (uint256 i; i < others.length; ++i) {
            bytes memory why = abi.encodeWithSelector(NotTheTribunal.selector, others[i], tribunal);
            vm.prank(others[i]);
            vm.expectRevert(why);
            vault.lock(1, 0, account, DEBIT);
            vm.prank(others[i]);
            vm.expectRevert(why);
            vault.unlock(1, 0, account);
            vm.prank(others[i]);
            vm.expectRevert(why);
            vault.slash(1, 0, account, DEBIT, challenger);
        }
    }
}
