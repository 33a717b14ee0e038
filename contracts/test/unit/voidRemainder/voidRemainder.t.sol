// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

import {Epochs} from "../../utils/Epochs.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

/// An epoch whose last parts never come is ended with those that came.
contract VoidRemainderTest is VaultTest {
    uint256 private constant POSTED_AT = 1_800_000_000;

    uint32 private account;
    uint32 private earning;

    function setUp() public override {
        super.setUp();
        account = deposit(requester, 10);
        earning = openEarning(provider);
    }

    function part(uint32 number, uint64 amountNano) private view returns (Epochs.Epoch memory epoch) {
        epoch = partOf(Epochs.one(account, amountNano), Epochs.one(earning, amountNano), Epochs.noReleases(), number, 3);
        epoch.header.receiptsSumNano = 6000;
    }

    function voidRemainder() private {
        vm.prank(settler);
        vault.voidRemainder();
    }

    function expectRefusal(bytes memory why) private {
        vm.prank(settler);
        vm.expectRevert(why);
        vault.voidRemainder();
    }

    function test_endsTheEpochWithWhatWasPosted() external {
        settle(part(0, 1000));
        bytes32 posted = vault.headerOf(1, 0);
        vm.warp(POSTED_AT + 1 days);
        vm.expectEmit(address(vault));
        emit EpochVoided(1, 0, settler, 3, 1000, account / 4);
        voidRemainder();

        (bytes32 headHash, uint64 epoch, uint32 last, uint32 parts, uint64 settledAt) = vault.head();
        vm.assertEq(headHash, posted, "the head is another header");
        vm.assertTrue(epoch == 1 && last == 0 && parts == 1, "the epoch is not whole");
        vm.assertEq(uint256(settledAt), POSTED_AT, "nothing was settled since");
        assertSpending(account, 9000, "what was posted does not stand");
        assertEarning(earning, 1000, "what was posted does not stand");
        moveAndSettle(account, earning, 1);
        (, epoch,,,) = vault.head();
        vm.assertEq(uint256(epoch), 2, "the next epoch does not follow");
        assertSpending(account, 8999, "the next epoch does not follow");
    }

    function test_saysWhereTheDebitsEnd() external {
        uint32 other;
        for (uint160 i = 1; i <= 4; ++i) {
            other = deposit(address(i), 10);
        }
        Epochs.Epoch memory half =
            partOf(Epochs.two(account, 1000, other, 500), Epochs.one(earning, 1500), Epochs.noReleases(), 0, 2);
        half.header.receiptsSumNano = 6000;
        settle(half);
        vm.warp(POSTED_AT + 1 days);
        (bool before,) = vault.voidedEpoch(1);
        voidRemainder();
        (bool voided, uint32 debitSlot) = vault.voidedEpoch(1);
        vm.assertTrue(!before && voided, "whether it was voided");
        vm.assertEq(uint256(debitSlot), other / 4, "the last slot debited");
    }

    /// A key that is dismissed at once has begun an epoch that nobody can end.
    function test_aSuccessorGoesOnAfterAnEpochThatCannotEnd() external {
        Epochs.Epoch memory begun = partOf(Epochs.none(), Epochs.none(), Epochs.noReleases(), 0, 1024);
        begun.header.receiptsSumNano = type(uint64).max;
        settle(begun);
        address successor = actor("successor");
        bytes32 role = vault.SETTLER_ROLE();
        vm.prank(admin);
        IAccessControl(address(vault)).revokeRole(role, settler);
        vm.prank(admin);
        vault.announceSettler(successor);
        vm.warp(POSTED_AT + 8 days);
        vm.prank(admin);
        IAccessControl(address(vault)).grantRole(role, successor);
        postBond(vault, successor, 100e9);
        settler = successor;
        voidRemainder();
        moveAndSettle(account, earning, 3000);
        assertEarning(earning, 3000, "the chain of epochs has ended");
    }

    function test_whatWasPostedIsPostedAgainInSilence() external {
        Epochs.Epoch memory first = part(0, 1000);
        settle(first);
        vm.warp(POSTED_AT + 1 days);
        voidRemainder();
        settle(first);
        assertSpending(account, 9000, "a re-post moved money");
    }

    function test_leavesTheHatchWhereItIs() external {
        settle(part(0, 1000));
        vm.warp(POSTED_AT + 7 days - 1);
        voidRemainder();
        vm.warp(POSTED_AT + 7 days);
        vm.prank(requester);
        vm.assertEq(uint256(vault.escape(requester)), 9000, "an end without an epoch has shut the hatch");
    }

    function test_aDayAfterAPause() external {
        settle(part(0, 1000));
        pauseVault();
        vm.warp(POSTED_AT + 4 days - 1);
        expectRefusal(abi.encodeWithSelector(VoidTooSoon.selector, POSTED_AT + 4 days, POSTED_AT + 4 days - 1));
        vm.warp(POSTED_AT + 4 days);
        voidRemainder();
    }

    function test_RevertWhen_theDayIsNotOver() external {
        settle(part(0, 1000));
        vm.warp(POSTED_AT + 12 hours);
        settle(part(1, 2000));
        vm.warp(POSTED_AT + 36 hours - 1);
        expectRefusal(abi.encodeWithSelector(VoidTooSoon.selector, POSTED_AT + 36 hours, POSTED_AT + 36 hours - 1));
    }

    function test_RevertWhen_aPartOfTheRemainderComesAfterAll() external {
        settle(part(0, 1000));
        Epochs.Epoch memory second = part(1, 2000);
        bytes32 headHash = vault.headerOf(1, 0);
        vm.warp(POSTED_AT + 1 days);
        voidRemainder();
        expectRefusal(second, abi.encodeWithSelector(HeaderDoesNotFollow.selector, headHash, 1, 1, headHash, 1, 0));
    }

    function test_RevertWhen_theEpochIsWhole() external {
        vm.warp(POSTED_AT + 1 days);
        expectRefusal(abi.encodeWithSelector(NothingToVoid.selector, 0));
        moveAndSettle(account, earning, 1);
        vm.warp(POSTED_AT + 2 days);
        expectRefusal(abi.encodeWithSelector(NothingToVoid.selector, 1));
    }

    function test_RevertWhen_itIsVoidAlready() external {
        settle(part(0, 1000));
        vm.warp(POSTED_AT + 1 days);
        voidRemainder();
        expectRefusal(abi.encodeWithSelector(NothingToVoid.selector, 1));
    }

    function test_RevertWhen_callerIsNotTheSettler() external {
        settle(part(0, 1000));
        vm.warp(POSTED_AT + 1 days);
        bytes32 role = vault.SETTLER_ROLE();
        vm.prank(admin);
        vm.expectRevert(abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, admin, role));
        vault.voidRemainder();
    }
}
