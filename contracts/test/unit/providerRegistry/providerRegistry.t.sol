// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IProviderRegistry} from "../../../src/interfaces/IProviderRegistry.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

contract ProviderRegistryTest is VaultTest {
    uint32 private constant NOTICE = 1 hours;
    uint32 private constant MOST = 30 days;
    uint64 private constant ALWAYS = type(uint64).max;

    address private first = actor("first signer");
    address private second = actor("second signer");
    uint64 private overlap;
    uint32 private account;
    uint64 private start;
    IProviderRegistry private providers;

    function setUp() public override {
        super.setUp();
        account = openEarning(provider);
        providers = newRegistry(address(vault), NOTICE);
        overlap = providers.OVERLAP();
        start = uint64(block.timestamp);
    }

    function newRegistry(address vault_, uint32 notice) private returns (IProviderRegistry) {
        return IProviderRegistry(deployed("out/ProviderRegistry.sol/ProviderRegistry.json", abi.encode(vault_, notice)));
    }

    /// @dev From outside, so that a revert can be expected of it.
    function deploy(address vault_, uint32 notice) external {
        newRegistry(vault_, notice);
    }

    function announce(address signer) private returns (uint64 from) {
        vm.prank(vault.earningOwnerOf(account));
        return providers.announceSigner(account, signer);
    }

    function assertSigner(address signer, address next, uint64 nextFrom) private view {
        (address is_, address isNext, uint64 isFrom) = providers.signerOf(account);
        vm.assertEq(is_, signer, "in force");
        vm.assertEq(isNext, next, "announced");
        vm.assertEq(uint256(isFrom), nextFrom, "announced from");
    }

    /// @dev Of requests admitted in the last millisecond before, and in the first one of, the second `until`.
    function assertUntil(address key, uint64 until, string memory whose) private view {
        vm.assertEq(uint256(providers.signsUntil(account, key)), until, whose);
        vm.assertFalse(providers.isSigner(account, key, until * 1000), whose);
        vm.assertTrue(providers.isSigner(account, key, until * 1000 - 1), whose);
    }

    function assertAlways(address key, string memory whose) private view {
        vm.assertEq(uint256(providers.signsUntil(account, key)), ALWAYS, whose);
        vm.assertTrue(providers.isSigner(account, key, 0), whose);
        vm.assertTrue(providers.isSigner(account, key, ALWAYS), whose);
    }

    function assertNever(address key, string memory whose) private view {
        vm.assertEq(uint256(providers.signsUntil(account, key)), 0, whose);
        vm.assertFalse(providers.isSigner(account, key, 0), whose);
    }

    function test_keepsWhatItWasGiven() external {
        vm.assertEq(providers.VAULT(), address(vault), "vault");
        vm.assertEq(uint256(providers.SIGNER_NOTICE()), NOTICE, "notice");
        vm.assertEq(uint256(overlap), 10 minutes, "overlap");
        vm.assertEq(uint256(newRegistry(address(vault), MOST).SIGNER_NOTICE()), MOST, "the longest notice");
        vm.assertEq(uint256(newRegistry(address(vault), 1).SIGNER_NOTICE()), 1, "the shortest notice");
    }

    function test_RevertWhen_thereIsNoVault() external {
        vm.expectRevert(abi.encodeWithSelector(IProviderRegistry.VaultHasNoCode.selector, stranger));
        this.deploy(stranger, NOTICE);
    }

    function test_RevertWhen_thereIsNoNotice() external {
        vm.expectRevert(abi.encodeWithSelector(IProviderRegistry.NoticeOutOfRange.selector, 0, MOST));
        this.deploy(address(vault), 0);
    }

    function test_RevertWhen_theNoticeIsTooLong() external {
        vm.expectRevert(abi.encodeWithSelector(IProviderRegistry.NoticeOutOfRange.selector, MOST + 1, MOST));
        this.deploy(address(vault), MOST + 1);
    }

    function test_RevertWhen_theSignerAnnouncesAnother() external {
        announce(first);
        vm.warp(start + NOTICE);
        vm.prank(first);
        vm.expectRevert(abi.encodeWithSelector(IProviderRegistry.NotAccountOwner.selector, account, provider, first));
        providers.announceSigner(account, second);
    }

    function test_RevertWhen_nobodyHasOpenedTheAccount() external {
        vm.prank(provider);
        vm.expectRevert(
            abi.encodeWithSelector(IProviderRegistry.NotAccountOwner.selector, account + 1, address(0), provider)
        );
        providers.announceSigner(account + 1, first);
    }

    function test_RevertWhen_theSignerIsZero() external {
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(IProviderRegistry.SignerZero.selector, account));
        providers.announceSigner(account, address(0));
    }

    function test_theOwnerSignsUntilAnotherIsAnnounced() external view {
        assertSigner(provider, address(0), 0);
        assertAlways(provider, "the owner");
        assertNever(first, "a stranger");
    }

    function test_nobodySignsForAnAccountThatIsNotOpen() external view {
        vm.assertEq(uint256(providers.signsUntil(account + 1, address(0))), 0, "the zero address");
        vm.assertEq(uint256(providers.signsUntil(account + 1, provider)), 0, "another's owner");
        vm.assertFalse(providers.isSigner(account + 1, address(0), 0), "the zero address");
    }

    function test_aSignerComesIntoForceAfterTheNotice() external {
        uint64 from = start + NOTICE;
        vm.expectEmit(address(providers));
        emit IProviderRegistry.SignerAnnounced(account, first, provider, address(0), from);
        vm.assertEq(uint256(announce(first)), from, "from");

        vm.warp(from - 1);
        assertSigner(provider, first, from);
        assertUntil(provider, from + overlap, "the owner before");
        assertNever(first, "announced");

        vm.warp(from);
        assertSigner(first, address(0), 0);
        assertUntil(provider, from + overlap, "the owner after");
        assertAlways(first, "in force");
    }

    /// Of another account nothing changes.
    function test_onlyTheAccountsSignerChanges() external {
        uint32 other = openEarning(stranger);
        announce(first);
        vm.warp(start + NOTICE);
        vm.assertTrue(providers.isSigner(other, stranger, 0), "another account's owner");
        vm.assertFalse(providers.isSigner(other, first, 0), "this account's signer");
        vm.assertEq(uint256(providers.signsUntil(other, provider)), 0, "this account's owner");
    }

    /// The one that was replaced never signs, and who is in force stays until the notice of the other.
    function test_whatIsNotInForceIsReplaced() external {
        announce(first);
        vm.warp(start + NOTICE - 1);
        uint64 from = start + 2 * NOTICE - 1;
        vm.expectEmit(address(providers));
        emit IProviderRegistry.SignerAnnounced(account, second, provider, first, from);
        announce(second);
        vm.warp(from - 1);
        assertSigner(provider, second, from);
        assertUntil(provider, from + overlap, "the owner");
        vm.warp(from);
        assertSigner(second, address(0), 0);
        assertNever(first, "replaced");
    }

    function test_aChangeIsCalledOff() external {
        announce(first);
        uint64 from = announce(provider);
        assertSigner(provider, provider, from);
        vm.warp(from + 365 days);
        assertAlways(provider, "the owner");
        assertNever(first, "called off");
    }

    function test_aKeyComesBack() external {
        announce(first);
        vm.warp(start + NOTICE);
        uint64 ended = announce(second);
        vm.warp(ended + 1 days);
        assertUntil(first, ended + overlap, "ended");
        uint64 back = announce(first);
        assertUntil(first, ended + overlap, "announced again");
        vm.warp(back);
        assertAlways(first, "back");
        assertUntil(second, back + overlap, "ended meanwhile");
        uint64 again = announce(second);
        vm.warp(again);
        assertUntil(first, again + overlap, "ended again");
    }

    /// Whatever owners announce, and when, and whoever is the owner, a settler that was right to take a signature stays right; the key in force
    /// answers for whatever was admitted; and no key does that never was in force.
    function testFuzz_whatWasTrueStaysTrue(uint256 seed) external {
        address[4] memory keys = [provider, first, second, stranger];
        bool[4] memory inForce = [true, false, false, false];
        bool[4][] memory taken = new bool[4][](12);
        uint64[] memory admitted = new uint64[](12);
        (uint256 next, uint256 from) = (0, 0);
        for (uint256 step; step < 12; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed % 3 != 0) {
                next = (seed >> 8) % 3;
                from = announce(keys[next]);
            }
            if ((seed >> 100) % 3 == 0) {
                address owner = vault.earningOwnerOf(account);
                changeOwner(owner, owner == provider ? stranger : provider);
            }
            vm.warp(vm.getBlockTimestamp() + bounded(seed >> 16, 0, 2 * NOTICE));
            admitted[step] = uint64(vm.getBlockTimestamp()) * 1000 + uint64((seed >> 80) % 1000);
            if (from <= vm.getBlockTimestamp()) inForce[next] = true;
            (address now_,,) = providers.signerOf(account);
            for (uint256 k; k < 4; ++k) {
                for (uint256 past; past <= step; ++past) {
                    bool answers = providers.isSigner(account, keys[k], admitted[past]);
                    vm.assertTrue(answers || !taken[past][k], "a signature that was taken is refused");
                    vm.assertTrue(answers || keys[k] != now_, "the key in force does not answer");
                    vm.assertTrue(inForce[k] || !answers, "a key answers that never was in force");
                    taken[past][k] = answers;
                }
            }
        }
    }

    function changeOwner(address before, address owner) private {
        vm.prank(before);
        vault.proposeEarningOwner(account, owner);
        vm.prank(owner);
        vault.acceptEarningOwner(account);
    }

    /// What the first owner's key has signed was right to take, so a change of owner leaves it the signer.
    function test_aChangeOfOwnerConvictsNobody() external {
        changeOwner(provider, stranger);
        assertSigner(provider, address(0), 0);
        assertAlways(provider, "the first owner");
        assertNever(stranger, "the new owner");
    }

    function test_theNewOwnerEndsTheOldOwnersKey() external {
        changeOwner(provider, stranger);
        vm.prank(stranger);
        uint64 from = providers.announceSigner(account, second);
        assertSigner(provider, second, from);
        vm.warp(from);
        assertSigner(second, address(0), 0);
        assertAlways(second, "announced by the new owner");
        assertUntil(provider, from + overlap, "the first owner");
        assertNever(stranger, "the new owner");
    }

    function test_theOldOwnersAnnouncementStaysUntilTheNewOwnersOwn() external {
        uint64 from = announce(first);
        changeOwner(provider, stranger);
        assertSigner(provider, first, from);
        vm.warp(from);
        assertAlways(first, "announced by the old owner");
        vm.prank(stranger);
        uint64 until = providers.announceSigner(account, stranger);
        vm.warp(until);
        assertAlways(stranger, "the new owner");
        assertUntil(first, until + overlap, "announced by the old owner");
    }

    function test_RevertWhen_theOldOwnerAnnounces() external {
        changeOwner(provider, stranger);
        vm.prank(provider);
        vm.expectRevert(abi.encodeWithSelector(IProviderRegistry.NotAccountOwner.selector, account, stranger, provider));
        providers.announceSigner(account, provider);
    }
}
