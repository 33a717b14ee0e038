// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

import {Epochs} from "../../utils/Epochs.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

/// Nobody is made a settler sooner than its owners can have left, the admin itself included.
contract AnnounceSettlerTest is VaultTest {
    uint256 private constant ANNOUNCED_AT = 1_800_000_000;
    uint64 private constant FROM = uint64(ANNOUNCED_AT + 8 days);

    address private next = actor("next settler");
    IAccessControl private roles;
    bytes32 private role;

    function setUp() public override {
        super.setUp();
        roles = IAccessControl(address(vault));
        role = vault.SETTLER_ROLE();
    }

    function announce(address who) private {
        vm.prank(admin);
        vault.announceSettler(who);
    }

    function grant(address who) private {
        vm.prank(admin);
        roles.grantRole(role, who);
    }

    function revoke(bytes32 of_, address who) private {
        vm.prank(admin);
        roles.revokeRole(of_, who);
    }

    function expectTooSoon(address who, uint64 from, uint256 nowAt) private {
        vm.prank(admin);
        vm.expectRevert(abi.encodeWithSelector(SettlerNotAnnounced.selector, who, from, nowAt));
        roles.grantRole(role, who);
    }

    function test_settlesAfterTheNotice() external {
        vm.expectEmit(address(vault));
        emit SettlerAnnounced(next, FROM);
        announce(next);
        vm.assertEq(uint256(vault.settlerFrom(next)), FROM, "the date of the announcement");
        vm.warp(FROM);
        grant(next);
        vm.assertTrue(roles.hasRole(role, next), "who was announced cannot settle");
        vm.assertEq(uint256(vault.settlerFrom(next)), 0, "an announcement serves twice");
        Epochs.Epoch memory epoch = epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases());
        vm.prank(next);
        vault.settle(epoch.header, epoch.words, epoch.releases);
    }

    function test_theNoticeIsLongerThanTheHatchTakes() external view {
        vm.assertLt(vault.ESCAPE_AFTER(), vault.SETTLER_NOTICE(), "a settler comes before its owners can have left");
    }

    /// Whoever asks for everything within a day of the announcement has left when the new settler comes, whatever the
    /// settler of before does.
    function test_whoAsksWithinADayHasLeftBefore() external {
        uint32 account = deposit(requester, 10);
        announce(next);
        vm.warp(ANNOUNCED_AT + 1 days - 1);
        request(requester, 10_000);
        vm.warp(ANNOUNCED_AT + 7 days);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases()));
        expectTooSoon(next, FROM, ANNOUNCED_AT + 7 days);
        vm.warp(ANNOUNCED_AT + 8 days - 1);
        vm.prank(requester);
        vm.assertEq(uint256(vault.escape(requester)), 10_000, "the owner could not leave with everything");
        assertSpending(account, 0, "something is left for the new settler");
        expectTooSoon(next, FROM, ANNOUNCED_AT + 8 days - 1);
        vm.warp(FROM);
        grant(next);
    }

    function test_isGivenTheRoleUntilTheNoticeHasPassedAgain() external {
        announce(next);
        vm.warp(FROM + 8 days - 1);
        grant(next);
        vm.assertTrue(roles.hasRole(role, next), "the role was not given");
    }

    function test_aGuardianIsNamedAtOnce() external {
        bytes32 guardians = vault.GUARDIAN_ROLE();
        vm.prank(admin);
        roles.grantRole(guardians, next);
        vm.assertTrue(roles.hasRole(guardians, next), "a guardian has to wait");
    }

    function test_aSettlerIsDismissedAtOnce() external {
        vm.recordLogs();
        revoke(role, settler);
        vm.assertEq(vm.getRecordedLogs().length, 1, "more is said than that the role is revoked");
        vm.assertFalse(roles.hasRole(role, settler), "a dismissed settler can settle");
        expectTooSoon(settler, 0, ANNOUNCED_AT);
    }

    function test_dismissalTakesAnAnnouncementBack() external {
        announce(next);
        vm.expectEmit(address(vault));
        emit SettlerAnnounced(next, 0);
        revoke(role, next);
        vm.assertEq(uint256(vault.settlerFrom(next)), 0, "the announcement stands");
        vm.warp(FROM);
        expectTooSoon(next, 0, FROM);
    }

    function test_theEndOfAnotherRoleLeavesAnAnnouncement() external {
        announce(next);
        revoke(vault.GUARDIAN_ROLE(), next);
        vm.assertEq(uint256(vault.settlerFrom(next)), FROM, "the announcement is gone");
    }

    function test_RevertWhen_nobodyWasAnnounced() external {
        expectTooSoon(next, 0, ANNOUNCED_AT);
    }

    function test_RevertWhen_theAdminNamesItself() external {
        expectTooSoon(admin, 0, ANNOUNCED_AT);
        announce(admin);
        expectTooSoon(admin, FROM, ANNOUNCED_AT);
    }

    function test_RevertWhen_anotherWasAnnounced() external {
        announce(stranger);
        vm.warp(FROM);
        expectTooSoon(next, 0, FROM);
    }

    function test_RevertWhen_theNoticeIsASecondShort() external {
        announce(next);
        vm.warp(FROM - 1);
        expectTooSoon(next, FROM, FROM - 1);
    }

    function test_RevertWhen_theAnnouncementHasLapsed() external {
        announce(next);
        vm.warp(FROM + 8 days);
        expectTooSoon(next, FROM, FROM + 8 days);
    }

    function test_RevertWhen_itWasAnnouncedAgainSince() external {
        announce(next);
        vm.warp(ANNOUNCED_AT + 1 days);
        announce(next);
        vm.warp(FROM);
        expectTooSoon(next, FROM + 1 days, FROM);
    }

    function test_RevertWhen_aStrangerAnnounces() external {
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, stranger, bytes32(0))
        );
        vault.announceSettler(stranger);
    }

    function test_RevertWhen_aStrangerGivesTheRole() external {
        announce(next);
        vm.warp(FROM);
        vm.prank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, stranger, bytes32(0))
        );
        roles.grantRole(role, next);
    }
}
