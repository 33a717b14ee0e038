// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Epochs} from "../../utils/Epochs.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

/// An epoch in several transactions.
contract SettlePartsTest is VaultTest {
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

    function test_threePartsMakeAnEpoch() external {
        settle(part(0, 1000));
        settle(part(1, 2000));
        settle(part(2, 3000));
        assertSpending(account, 4000, "the parts do not add up");
        assertEarning(earning, 6000, "the parts do not add up");
        (, uint64 epoch, uint32 last, uint32 parts,) = vault.head();
        vm.assertTrue(epoch == 1 && last == 2 && parts == 3, "the head is elsewhere");
        moveAndSettle(account, earning, 1);
        (, epoch, last, parts,) = vault.head();
        vm.assertTrue(epoch == 2 && last == 0 && parts == 1, "the next epoch does not follow");
    }

    function test_aPartPostedAgainIsASilentSuccess() external {
        Epochs.Epoch memory first = part(0, 1000);
        settle(first);
        settle(first);
        settle(part(1, 2000));
        settle(first);
        assertSpending(account, 7000, "a re-post moved money");
    }

    function test_RevertWhen_anEpochBeginsBeforeTheLastPart() external {
        settle(part(0, 1000));
        bytes32 headHash = vault.headerOf(1, 0);
        Epochs.Epoch memory next = epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases());
        expectRefusal(next, abi.encodeWithSelector(HeaderDoesNotFollow.selector, headHash, 2, 0, headHash, 1, 0));
    }

    function test_RevertWhen_aPartIsSkipped() external {
        settle(part(0, 1000));
        bytes32 headHash = vault.headerOf(1, 0);
        expectRefusal(
            part(2, 5000), abi.encodeWithSelector(HeaderDoesNotFollow.selector, headHash, 1, 2, headHash, 1, 0)
        );
    }

    function test_RevertWhen_theRootChanges() external {
        settle(part(0, 1000));
        Epochs.Epoch memory epoch = part(1, 2000);
        epoch.header.receiptsRoot = bytes32(uint256(1));
        expectRefusal(epoch, abi.encodeWithSelector(EpochCommitmentChanged.selector, 1, 1));
    }

    function test_RevertWhen_theSumChanges() external {
        settle(part(0, 1000));
        Epochs.Epoch memory epoch = part(1, 2000);
        epoch.header.receiptsSumNano = 6001;
        expectRefusal(epoch, abi.encodeWithSelector(EpochCommitmentChanged.selector, 1, 1));
    }

    function test_RevertWhen_theCountChanges() external {
        settle(part(0, 1000));
        Epochs.Epoch memory epoch = part(1, 2000);
        epoch.header.receiptsCount = 2;
        expectRefusal(epoch, abi.encodeWithSelector(EpochCommitmentChanged.selector, 1, 1));
    }

    function test_RevertWhen_theDepthChanges() external {
        settle(part(0, 1000));
        Epochs.Epoch memory epoch = part(1, 2000);
        epoch.header.levels += 1;
        expectRefusal(epoch, abi.encodeWithSelector(EpochCommitmentChanged.selector, 1, 1));
    }

    function test_RevertWhen_theNumberOfPartsChanges() external {
        settle(part(0, 1000));
        Epochs.Epoch memory epoch = part(1, 5000);
        epoch.header.parts = 2;
        expectRefusal(epoch, abi.encodeWithSelector(EpochCommitmentChanged.selector, 1, 1));
    }

    function test_RevertWhen_theNumberOfPartsBecomesOne() external {
        settle(part(0, 1000));
        Epochs.Epoch memory epoch = part(1, 5000);
        epoch.header.parts = 1;
        expectRefusal(epoch, abi.encodeWithSelector(EpochCommitmentChanged.selector, 1, 1));
    }

    function test_RevertWhen_aPartAlreadyExceedsTheSum() external {
        settle(part(0, 1000));
        expectRefusal(part(1, 5001), abi.encodeWithSelector(SumNotReached.selector, 1, 6001, 6000));
    }

    function test_RevertWhen_theLastPartFallsShort() external {
        settle(part(0, 1000));
        settle(part(1, 2000));
        expectRefusal(part(2, 2999), abi.encodeWithSelector(SumNotReached.selector, 1, 5999, 6000));
    }
}
