// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Epochs} from "../../utils/Epochs.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

/// Releases of requested withdrawals (M7).
contract SettleReleasesTest is VaultTest {
    uint32 private account;
    uint32 private earning;

    function setUp() public override {
        super.setUp();
        account = deposit(requester, 10);
        earning = openEarning(provider);
    }

    function releasing(uint256 number, uint256 amountNano) private view returns (Epochs.Epoch memory) {
        return epochOf(Epochs.none(), Epochs.none(), Epochs.release(account, number, amountNano));
    }

    function assertAccount(uint64 openNano, uint64 releasedNano, uint64 spendingNano) private view {
        (,, uint64 isOpen, uint64 isReleased,,) = vault.spendingAccount(account);
        vm.assertEq(uint256(isOpen), openNano, "open request");
        vm.assertEq(uint256(isReleased), releasedNano, "released");
        assertSpending(account, spendingNano, "spending balance");
    }

    function test_aWholeRequestIsReleased() external {
        request(requester, 4000);
        vm.expectEmit(address(vault));
        emit WithdrawalReleased(account, requester, 1, 4000);
        settle(releasing(1, 4000));
        assertAccount(0, 4000, 6000);
    }

    /// What was spent before the request was seen is not there any more: the stream releases what is left.
    function test_whatIsLeftIsReleasedAfterTheDebitsOfTheSameEpoch() external {
        request(requester, 10_000);
        settle(epochOf(Epochs.one(account, 9000), Epochs.one(earning, 9000), Epochs.release(account, 1, 1000)));
        assertAccount(9000, 1000, 0);
    }

    /// Else a settler could cut every request short by releasing one nano-USD of it, or none.
    function test_aPartLeavesTheRestOpenAndAsOldAsItIs() external {
        uint256 askedAt = block.timestamp;
        request(requester, 4000);
        vm.warp(askedAt + 1 days);
        settle(releasing(1, 1500));
        assertAccount(2500, 1500, 8500);
        (,,,, uint64 requestedAt,) = vault.spendingAccount(account);
        vm.assertEq(uint256(requestedAt), askedAt, "a part made the rest younger");
        settle(releasing(1, 2500));
        assertAccount(0, 4000, 6000);
    }

    function test_aReleaseOfNothingClosesNothing() external {
        uint256 askedAt = block.timestamp;
        request(requester, 10_000);
        vm.warp(askedAt + 1 days);
        vm.expectEmit(address(vault));
        emit WithdrawalReleased(account, requester, 1, 0);
        settle(releasing(1, 0));
        assertAccount(10_000, 0, 10_000);
        (,,,, uint64 requestedAt,) = vault.spendingAccount(account);
        vm.assertEq(uint256(requestedAt), askedAt, "a release of nothing made the request younger");
    }

    function test_RevertWhen_thePartsAreMoreThanTheRequest() external {
        request(requester, 4000);
        settle(releasing(1, 3000));
        expectRefusal(
            releasing(1, 1001), abi.encodeWithSelector(ReleaseExceedsRequest.selector, account, 1, 1001, 1000)
        );
    }

    /// The epoch was sealed before the stream heard of the cancelling: it settles, and the money stays where it is.
    function test_aReleaseOfACancelledRequestIsSkipped() external {
        request(requester, 4000);
        vm.prank(requester);
        vault.cancelRequest();
        vm.expectEmit(address(vault));
        emit ReleaseSkipped(account, requester, 1, 4000);
        settle(releasing(1, 4000));
        assertAccount(0, 0, 10_000);
    }

    function test_aReleaseOfAClosedRequestIsSkipped() external {
        request(requester, 4000);
        settle(releasing(1, 4000));
        vm.expectEmit(address(vault));
        emit ReleaseSkipped(account, requester, 1, 4000);
        settle(releasing(1, 4000));
        assertAccount(0, 4000, 6000);
    }

    function test_aReleaseOfAnotherRequestIsSkipped() external {
        request(requester, 4000);
        vm.expectEmit(address(vault));
        emit ReleaseSkipped(account, requester, 2, 4000);
        settle(releasing(2, 4000));
        assertAccount(4000, 0, 10_000);
    }

    /// The amount of a stale release says nothing about the new request, however large it is.
    function test_aStaleReleaseAboveTheNewRequestIsSkipped() external {
        request(requester, 4000);
        settle(releasing(1, 4000));
        request(requester, 100);
        settle(releasing(1, 5000));
        assertAccount(100, 4000, 6000);
    }

    function test_aReleaseOfAnAccountThatDoesNotExistIsSkipped() external {
        vm.expectEmit(address(vault));
        emit ReleaseSkipped(77, address(0), 1, 5);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.release(77, 1, 5)));
    }

    function test_RevertWhen_aReleaseHasMoreThan128Bits() external {
        request(requester, 4000);
        Epochs.Epoch memory epoch = releasing(1, 4000);
        epoch.releases[0] |= 1 << 128;
        expectRefusal(epoch, abi.encodeWithSelector(ReleaseTooWide.selector, epoch.releases[0]));
    }

    function test_RevertWhen_moreThanTheRequest() external {
        request(requester, 4000);
        expectRefusal(
            releasing(1, 4001), abi.encodeWithSelector(ReleaseExceedsRequest.selector, account, 1, 4001, 4000)
        );
    }

    function test_RevertWhen_moreThanTheDebitsLeft() external {
        request(requester, 4000);
        expectRefusal(
            epochOf(Epochs.one(account, 7000), Epochs.one(earning, 7000), Epochs.release(account, 1, 4000)),
            abi.encodeWithSelector(BalanceUnderflow.selector, 0, uint256(3000) << 64, uint256(4000) << 64)
        );
    }
}
