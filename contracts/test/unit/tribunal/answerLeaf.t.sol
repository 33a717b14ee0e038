// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {EpochBooks} from "../../utils/EpochBooks.sol";
import {TribunalTest} from "../../utils/TribunalTest.sol";

contract AnswerLeafTest is TribunalTest {
    using EpochBooks for EpochBooks.Book;

    uint32 private constant VICTIM = 3;
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    /// @dev An honest epoch, and the number of the victim's first charge in it.
    function charges() private view returns (EpochBooks.Charge[] memory all, uint256 i) {
        all = honestEpoch(2);
        i = firstOf(all, VICTIM);
    }

    /// @dev The challenge stays open, and convicts.
    function refuses(EpochBooks.Charge[] memory all, uint256 i, bytes memory why) private {
        EpochBooks.Book memory book = settleBook(all);
        challengeLeafOf(book, i);
        Leaf memory leaf = book.leaf(i);
        vm.expectRevert(why);
        court.answerLeaf(book.parts[0].header, VICTIM, leaf, all[i].evidence);
        passResponse();
        vm.prank(stranger);
        court.conclude(1, 0, VICTIM, Kind.Leaf, position(book, i));
        assertConvicted(book, VICTIM);
    }

    function refuses(EpochBooks.Charge[] memory all, uint256 i, Fault fault) private {
        refuses(all, i, abi.encodeWithSelector(AnswerProvesFault.selector, fault));
    }

    function test_inTimeEarnsTheSettlerTheDeposit() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        EpochBooks.Book memory book = settleBook(all);
        bytes32 id = challengeLeafOf(book, i);
        vm.warp(vm.getBlockTimestamp() + RESPONSE);
        vm.expectEmit(address(court));
        emit Answered(id, stranger, true);
        vm.prank(stranger);
        court.answerLeaf(book.parts[0].header, VICTIM, book.leaf(i), all[i].evidence);
        vm.assertEq(court.depositOf(settler), DEPOSIT, "the settler has not the deposit");
        assertAnswered(book, id);
    }

    function test_lateSavesTheSettlerAndEarnsNothing() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        EpochBooks.Book memory book = settleBook(all);
        bytes32 id = challengeLeafOf(book, i);
        passResponse();
        vm.expectEmit(address(court));
        emit Answered(id, settler, false);
        vm.prank(settler);
        court.answerLeaf(book.parts[0].header, VICTIM, book.leaf(i), all[i].evidence);
        vm.assertEq(court.depositOf(settler), 0, "a late answer earns the deposit");
        vm.assertEq(court.depositOf(challenger), DEPOSIT, "the challenger has not its deposit");
        assertAnswered(book, id);
    }

    function assertAnswered(EpochBooks.Book memory book, bytes32 id) private view {
        (address by,,) = court.challenges(id);
        vm.assertEq(by, address(0), "still open");
        vm.assertEq(uint256(locksOf(book, VICTIM)), 0, "the bond is still locked");
        assertCompensated(book, 0, VICTIM, false);
        vm.assertEq(uint256(released(VICTIM)), 0, "an honest debit is compensated");
    }

    function test_answersEveryHonestLeaf() external {
        EpochBooks.Charge[] memory all = honestEpoch(3);
        EpochBooks.Book memory book = settleBook(all);
        for (uint256 i; i < all.length; ++i) {
            challengeLeafOf(book, i);
            answerLeaf(book, i);
        }
    }

    /// Of an epoch that one settler begins and another ends, the deposit is for whose part is challenged.
    function test_earnsTheDepositForWhoSettledThePart() external {
        address successor = successorOf("successor");
        postBond(vault, successor, AMPLE_BOND_NANO);
        EpochBooks.Charge[] memory all = honestEpoch(2);
        for (uint256 i; i < all.length; ++i) {
            setPrice(all[i], 3, 3 * PRICE);
            all[i].evidence.request.maxFeeNano = all[i].receipt.debitNano;
            sign(all[i]);
        }
        EpochBooks.Book memory book = settleHalf(all, VICTIM);
        (address first, address second) = (settler, successor);
        settler = second;
        settleRest(book, VICTIM, 0);
        challengeLeafOf(book, firstOf(all, VICTIM));
        answerLeaf(book, firstOf(all, VICTIM));
        vm.assertEq(court.depositOf(first), DEPOSIT, "who settled the part has not the deposit");
        vm.assertEq(court.depositOf(second), 0, "who settled another part has it");
    }

    /// A vault of one shard is no other.
    function test_inAVaultOfOneShard() external {
        tribunal = tribunalAfterVault();
        vault = newVault(abi.encode(dollar, uint8(0), uint64(0), admin, settler, guardian, treasury, bondTerms()));
        court = newCourt(RESPONSE, DEPOSIT);
        postBond(vault, settler, AMPLE_BOND_NANO);
        deposit(vm.addr(1), 1e9);
        openEarning(vm.addr(PROVIDER_KEY));
        EpochBooks.Charge[] memory all = new EpochBooks.Charge[](1);
        all[0] = honest(1, 1, 100);
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = vault.hashReceipt(all[0].receipt);
        EpochBooks.Book memory book;
        book.charges = all;
        book.tree = EpochBooks.treeOf(all, leaves, 0, 0);
        settleTree(book, debitsOf(all));
        challengeLeafOf(book, 0);
        answerLeaf(book, 0);
        vm.assertEq(court.depositOf(settler), DEPOSIT, "the settler has not the deposit");
    }

    /// Of somebody else's place only what lies there can be shown.
    function test_answersByAnotherAccountsLeaf() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        EpochBooks.Book memory book = settleBook(all);
        challengeLeaf(book, 1, all[i].receipt.shard, all[i].receipt.index);
        answerLeaf(book, i, 1);
        vm.assertEq(uint256(locksOf(book, 1)), 0, "the bond is still locked");
    }

    function test_answersATaskThatFailed() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i] = honest(VICTIM, 1, 0);
        (all[i].receipt.shard, all[i].receipt.index) = (3, 0);
        EpochBooks.Book memory book = settleBook(all);
        challengeLeafOf(book, i);
        answerLeaf(book, i);
    }

    function test_RevertWhen_nobodyHasAsked() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        EpochBooks.Book memory book = settleBook(all);
        challengeLeafOf(book, i);
        answerLeaf(book, i);
        Leaf memory leaf = book.leaf(i);
        bytes32 id = court.challengeOf(1, 0, VICTIM, Kind.Leaf, position(book, i));
        vm.expectRevert(abi.encodeWithSelector(NotOpen.selector, id));
        court.answerLeaf(book.parts[0].header, VICTIM, leaf, all[i].evidence);
    }

    function test_RevertWhen_theHeaderIsNotTheVaults() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        EpochBooks.Book memory book = settleBook(all);
        challengeLeafOf(book, i);
        book.parts[0].header.l2Block += 1;
        Leaf memory leaf = book.leaf(i);
        vm.expectRevert(abi.encodeWithSelector(NotTheVaultsHeader.selector, 1, 0));
        court.answerLeaf(book.parts[0].header, VICTIM, leaf, all[i].evidence);
    }

    function test_RevertWhen_theLeafIsNotThere() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        EpochBooks.Book memory book = settleBook(all);
        challengeLeafOf(book, i);
        Leaf memory leaf = book.leaf(i);
        leaf.receipt.index += 1;
        vm.expectRevert(abi.encodeWithSelector(LeafNotProven.selector, 1, 3, 1));
        court.answerLeaf(book.parts[0].header, VICTIM, leaf, all[i].evidence);
    }

    function test_RevertWhen_theRequestIsNotTheLeafs() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].receipt.requestId = "nothing that was signed";
        refuses(
            all,
            i,
            abi.encodeWithSelector(
                RequestNotOfTheLeaf.selector, all[i].receipt.requestId, digestOf(all[i].evidence.request)
            )
        );
    }

    function test_RevertWhen_theRequestForbidsIt() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].evidence.request.maxFeeNano = 1;
        sign(all[i]);
        refuses(all, i, Fault.Overcharged);
    }

    function test_RevertWhen_theLeafIsFalse() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].receipt.priceVersion = 2;
        refuses(all, i, Fault.WrongPrice);
    }

    function test_RevertWhen_anotherSignedTheRequest() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].evidence.requestSignature = signed(VICTIM + 1, all[i].receipt.requestId);
        refuses(all, i, abi.encodeWithSelector(RequestNotSigned.selector, vm.addr(VICTIM), vm.addr(VICTIM + 1)));
    }

    function test_RevertWhen_nobodySignedTheRequest() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].evidence.requestSignature = "";
        refuses(all, i, abi.encodeWithSelector(RequestNotSigned.selector, vm.addr(VICTIM), address(0)));
    }

    /// The same signature with the higher s.
    function test_RevertWhen_theSignatureIsMalleable() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(VICTIM, all[i].receipt.requestId);
        all[i].evidence.requestSignature = abi.encodePacked(r, ORDER - uint256(s), v ^ 7);
        refuses(all, i, abi.encodeWithSelector(RequestNotSigned.selector, vm.addr(VICTIM), address(0)));
    }

    /// A requester that nobody is signs nothing, and nothing is signed by it.
    function test_RevertWhen_theRequesterIsNobody() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].evidence.request.requester = address(0);
        sign(all[i]);
        refuses(all, i, Fault.WrongAccount);
    }

    /// ERC-1271: a contract that accepts every signature is not asked.
    function test_RevertWhen_aContractWouldAccept() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        vm.etch(vm.addr(VICTIM), type(AcceptsEverything).runtimeCode);
        all[i].evidence.requestSignature = signed(VICTIM + 1, all[i].receipt.requestId);
        refuses(all, i, abi.encodeWithSelector(RequestNotSigned.selector, vm.addr(VICTIM), vm.addr(VICTIM + 1)));
    }

    /// EIP-7702: a key whose address delegates to code still signs, and a contract there changes nothing.
    function test_codeAtTheSignersAddressChangesNothing() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        vm.etch(vm.addr(VICTIM), abi.encodePacked(hex"ef0100", stranger));
        vm.etch(vm.addr(PROVIDER_KEY), abi.encodePacked(hex"ef0100", stranger));
        EpochBooks.Book memory book = settleBook(all);
        challengeLeafOf(book, i);
        answerLeaf(book, i);
    }

    function outcomeRefused(EpochBooks.Charge[] memory all, uint256 i) private {
        signOutcome(all[i], PROVIDER_KEY);
        bytes32 digest = digestOf(all[i].evidence.outcome);
        refuses(all, i, abi.encodeWithSelector(OutcomeNotOfTheLeaf.selector, digest, digest));
    }

    function test_RevertWhen_theOutcomeIsOfAnotherRequest() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].evidence.outcome.requestId = all[i + 1].receipt.requestId;
        outcomeRefused(all, i);
    }

    function test_RevertWhen_theOutcomeIsOfAnotherProvider() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].evidence.outcome.providerAccount += 1;
        outcomeRefused(all, i);
    }

    function test_RevertWhen_theOutcomeSaysFewerUnits() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].evidence.outcome.units -= 1;
        outcomeRefused(all, i);
    }

    function test_RevertWhen_whatFailedIsCharged() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].evidence.outcome.status = 3;
        outcomeRefused(all, i);
    }

    function test_RevertWhen_theOutcomeIsNotTheLeafs() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        bytes32 inLeaf = all[i].receipt.outcome;
        all[i].evidence.outcome.outputHash = 0;
        refuses(all, i, abi.encodeWithSelector(OutcomeNotOfTheLeaf.selector, inLeaf, digestOf(all[i].evidence.outcome)));
    }

    function test_RevertWhen_anotherSignedTheOutcome() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        signOutcome(all[i], PROVIDER_KEY + 1);
        refuses(
            all,
            i,
            abi.encodeWithSelector(
                OutcomeNotSigned.selector, providerAccount, vm.addr(PROVIDER_KEY), vm.addr(PROVIDER_KEY + 1)
            )
        );
    }

    /// An account that was never opened is nobody's, and an empty signature is nobody's.
    function test_RevertWhen_theProviderIsNobody() external {
        (EpochBooks.Charge[] memory all, uint256 i) = charges();
        all[i].receipt.providerAccount = 9;
        all[i].evidence.outcome.providerAccount = 9;
        setCredits(all[i].receipt, all[i].receipt.debitNano * FEE / 10_000);
        signOutcome(all[i], PROVIDER_KEY);
        all[i].evidence.outcomeSignature = "";
        refuses(all, i, abi.encodeWithSelector(OutcomeNotSigned.selector, 9, address(0), address(0)));
    }
}

contract AcceptsEverything {
    fallback() external {
        assembly ("memory-safe") {
            mstore(0, shl(224, 0x1626ba7e))
            return(0, 32)
        }
    }
}
