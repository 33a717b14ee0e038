// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {TribunalTest} from "../../utils/TribunalTest.sol";

/// What the tribunal takes of a provider whose key is not its owner's, and changes.
contract RotationTest is TribunalTest {
    using EpochBooks for EpochBooks.Book;

    uint32 private constant VICTIM = 3;
    uint256 private constant NEW_KEY = 78;

    function announce(uint256 key) private {
        vm.prank(vm.addr(PROVIDER_KEY));
        providers.announceSigner(providerAccount, vm.addr(key));
    }

    function pass(uint256 time) private {
        vm.warp(vm.getBlockTimestamp() + time);
    }

    /// @dev Of a request admitted in this second, answered with `key`.
    function answeredBy(uint256 key) private view returns (EpochBooks.Charge[] memory all, uint256 i) {
        all = honestEpoch(2);
        i = firstOf(all, VICTIM);
        setPrice(all[i], 3, 3 * PRICE);
        all[i].evidence.request.maxFeeNano = all[i].receipt.debitNano;
        sign(all[i]);
        signOutcome(all[i], key);
    }

    function acquits(EpochBooks.Charge[] memory all, uint256 i) private {
        EpochBooks.Book memory book = settleBook(all);
        challengeLeafOf(book, i);
        answerLeaf(book, i);
        vm.assertEq(uint256(locksOf(book, VICTIM)), 0, "the bond is still locked");
    }

    function convicts(EpochBooks.Charge[] memory all, uint256 i, uint256 key, uint256 expected) private {
        EpochBooks.Book memory book = settleBook(all);
        challengeLeafOf(book, i);
        Leaf memory leaf = book.leaf(i);
        vm.expectRevert(
            abi.encodeWithSelector(OutcomeNotSigned.selector, providerAccount, vm.addr(expected), vm.addr(key))
        );
        court.answerLeaf(book.parts[0].header, VICTIM, leaf, all[i].evidence);
        passResponse();
        court.conclude(1, 0, VICTIM, Kind.Leaf, position(book, i));
        assertConvicted(book, VICTIM);
    }

    /// The key where the models run earns for the owner, whose key lies elsewhere.
    function test_theSignerAnswersAndCannotWithdraw() external {
        announce(NEW_KEY);
        pass(SIGNER_NOTICE);
        (EpochBooks.Charge[] memory all, uint256 i) = answeredBy(NEW_KEY);
        acquits(all, i);
        (address owner, address signer) = (vm.addr(PROVIDER_KEY), vm.addr(NEW_KEY));
        vm.prank(signer);
        vm.expectRevert(abi.encodeWithSelector(NotAccountOwner.selector, providerAccount, owner, signer));
        vault.withdrawEarnings(providerAccount, SCALE, signer);
        vm.prank(owner);
        vault.withdrawEarnings(providerAccount, SCALE, owner);
    }

    function test_RevertWhen_theKeyIsAnnouncedOnly() external {
        announce(NEW_KEY);
        pass(SIGNER_NOTICE - 1);
        (EpochBooks.Charge[] memory all, uint256 i) = answeredBy(NEW_KEY);
        convicts(all, i, NEW_KEY, PROVIDER_KEY);
    }

    /// Admitted just before the change, charged and challenged long after it.
    function test_eitherKeyAnswersWhatWasAdmittedBeforeTheChange() external {
        announce(NEW_KEY);
        pass(SIGNER_NOTICE - 1);
        (EpochBooks.Charge[] memory byOld, uint256 i) = answeredBy(PROVIDER_KEY);
        (EpochBooks.Charge[] memory byNew,) = answeredBy(NEW_KEY);
        pass(1 days);
        acquits(byOld, i);
        acquits(byNew, i);
    }

    function test_theOldKeyAnswersInTheOverlap() external {
        announce(NEW_KEY);
        pass(SIGNER_NOTICE + providers.OVERLAP() - 1);
        (EpochBooks.Charge[] memory all, uint256 i) = answeredBy(PROVIDER_KEY);
        acquits(all, i);
    }

    function test_RevertWhen_theOldKeySignsAfterTheOverlap() external {
        announce(NEW_KEY);
        pass(SIGNER_NOTICE + providers.OVERLAP());
        (EpochBooks.Charge[] memory all, uint256 i) = answeredBy(PROVIDER_KEY);
        convicts(all, i, PROVIDER_KEY, NEW_KEY);
    }
}
