// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

import {IModelRegistry} from "../../src/interfaces/IModelRegistry.sol";
import {IProviderRegistry} from "../../src/interfaces/IProviderRegistry.sol";
import {ISettlerBonds} from "../../src/interfaces/ISettlerBonds.sol";
import {ITribunal, ITribunalErrors, ITribunalEvents, ITribunalTypes} from "../../src/interfaces/ITribunal.sol";
import {EpochBooks} from "./EpochBooks.sol";
import {Epochs} from "./Epochs.sol";
import {VaultTest} from "./VaultTest.sol";

/// @title A vault with its tribunal, a model at three prices, and epochs of charges that are honest until a test says else.
abstract contract TribunalTest is VaultTest, ITribunalErrors, ITribunalEvents, ITribunalTypes {
    using EpochBooks for EpochBooks.Book;

    bytes32 internal constant MODEL = keccak256("manifest");
    uint64 internal constant PRICE = 20_000_000;
    uint16 internal constant FEE = 500;
    uint32 internal constant RESPONSE = 600;
    uint256 internal constant DEPOSIT = 0.0003 ether;
    uint256 internal constant REQUESTERS = 6;

    address internal challenger = actor("challenger");
    uint256 internal constant PROVIDER_KEY = 77;
    uint32 internal constant SIGNER_NOTICE = 3600;
    uint32 internal providerAccount;
    IProviderRegistry internal providers;
    IModelRegistry internal registry;
    ITribunal internal court;

    function setUp() public virtual override {
        super.setUp();
        registry =
            IModelRegistry(deployed("out/ModelRegistry.sol/ModelRegistry.json", abi.encode(admin, 600, 1e12, FEE)));
        bytes32 role = registry.PUBLISHER_ROLE();
        vm.prank(admin);
        IAccessControl(address(registry)).grantRole(role, address(this));
        registry.register(MODEL, PRICE, "ipfs://manifest");
        vm.warp(block.timestamp + 3600);
        registry.setPrice(MODEL, 2 * PRICE);
        registry.setPrice(MODEL, 3 * PRICE);

        newTribunal(RESPONSE);
        openAccounts();
        vm.deal(challenger, 1 ether);
    }

    /// @dev And its vault: each names the other.
    function newTribunal(uint32 responseSeconds) internal {
        newTribunal(responseSeconds, DEPOSIT);
    }

    function newTribunal(uint32 responseSeconds, uint256 depositWei) internal {
        tribunal = tribunalAfterVault();
        vault = newVaultWithoutBond(dollar);
        court = newCourt(responseSeconds, depositWei);
        postBond(vault, settler, AMPLE_BOND_NANO);
    }

    /// @dev Where it will be, if a vault and its registry of providers are created before.
    function tribunalAfterVault() internal view returns (address) {
        return vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 2);
    }

    /// @dev Of the vault there is, with its registry of providers.
    function newCourt(uint32 responseSeconds, uint256 depositWei) internal returns (ITribunal) {
        providers = IProviderRegistry(
            deployed("out/ProviderRegistry.sol/ProviderRegistry.json", abi.encode(vault, SIGNER_NOTICE))
        );
        return ITribunal(
            deployed(
                "out/Tribunal.sol/Tribunal.json", abi.encode(vault, registry, providers, responseSeconds, depositWei)
            )
        );
    }

    function openAccounts() internal {
        for (uint256 i = 1; i <= REQUESTERS; ++i) {
            deposit(vm.addr(i), 1e9);
        }
        providerAccount = openEarning(vm.addr(PROVIDER_KEY));
    }

    function bonds() internal view returns (ISettlerBonds) {
        return ISettlerBonds(address(vault));
    }

    function digestOf(bytes32 structHash) private view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", vault.domainSeparator(), structHash));
    }

    function digestOf(InferenceRequest memory request) internal view returns (bytes32) {
        bytes32 type_ = keccak256(
            "InferenceRequest(address requester,bytes32 model,bytes32 inputHash,bytes32 optionsHash,uint64 maxFeeNano,uint64 deadline,uint64 nonce)"
        );
        return digestOf(keccak256(abi.encode(type_, request)));
    }

    function digestOf(Outcome memory outcome) internal view returns (bytes32) {
        bytes32 type_ = keccak256(
            "Outcome(bytes32 requestId,uint32 providerAccount,uint64 units,uint8 status,bytes32 outputHash,bytes32 numericClass)"
        );
        return digestOf(keccak256(abi.encode(type_, outcome)));
    }

    function signed(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @param account whose owner's key is its number
    function honest(uint32 account, uint64 sequence, uint64 units)
        internal
        view
        returns (EpochBooks.Charge memory charge)
    {
        charge.evidence.request = InferenceRequest({
            requester: vm.addr(account),
            model: MODEL,
            inputHash: keccak256(abi.encode(account, sequence)),
            optionsHash: 0,
            maxFeeNano: 50 * units,
            deadline: uint64(block.timestamp) * 1000 + 60_000,
            nonce: sequence
        });
        charge.evidence.outcome = Outcome({
            requestId: 0,
            providerAccount: providerAccount,
            units: units,
            status: units == 0 ? 3 : 1,
            outputHash: keccak256(abi.encode("output", account, sequence)),
            numericClass: 0
        });
        charge.receipt.requesterAccount = account;
        charge.receipt.sequence = sequence;
        charge.receipt.providerAccount = providerAccount;
        charge.receipt.model = MODEL;
        charge.receipt.admittedMillis = uint64(block.timestamp) * 1000 + 999;
        setPrice(charge, 1, PRICE);
        sign(charge);
    }

    /// @dev At the units of the outcome.
    function setPrice(EpochBooks.Charge memory charge, uint32 version, uint64 nanoPerMillion) internal pure {
        Receipt memory receipt = charge.receipt;
        receipt.units = charge.evidence.outcome.units;
        receipt.priceVersion = version;
        receipt.priceNanoPerMillion = nanoPerMillion;
        receipt.debitNano = uint64((uint256(receipt.units) * nanoPerMillion + 999_999) / 1_000_000);
        setCredits(receipt, receipt.debitNano * FEE / 10_000);
    }

    function setCredits(Receipt memory receipt, uint64 feeNano) internal pure {
        uint256 lines = (receipt.debitNano == feeNano ? 0 : 1) + (feeNano == 0 ? 0 : 1);
        receipt.credits = new uint256[](lines);
        if (feeNano != 0) receipt.credits[lines - 1] = feeNano;
        if (receipt.debitNano != feeNano) {
            receipt.credits[0] = uint256(receipt.providerAccount) << 64 | (receipt.debitNano - feeNano);
        }
    }

    /// @dev By both parties, after what they sign was changed.
    function sign(EpochBooks.Charge memory charge) internal view {
        charge.receipt.requestId = digestOf(charge.evidence.request);
        charge.evidence.requestSignature = signed(charge.receipt.requesterAccount, charge.receipt.requestId);
        charge.evidence.outcome.requestId = charge.receipt.requestId;
        signOutcome(charge, PROVIDER_KEY);
    }

    function signOutcome(EpochBooks.Charge memory charge, uint256 key) internal view {
        charge.receipt.outcome = digestOf(charge.evidence.outcome);
        charge.evidence.outcomeSignature = signed(key, charge.receipt.outcome);
    }

    /// @dev `perAccount` charges of each of the requesters, ordered as the stream does.
    function honestEpoch(uint64 perAccount) internal view returns (EpochBooks.Charge[] memory charges) {
        return honestEpoch(perAccount, 1);
    }

    function honestEpoch(uint64 perAccount, uint64 sequence)
        internal
        view
        returns (EpochBooks.Charge[] memory charges)
    {
        charges = new EpochBooks.Charge[](REQUESTERS * perAccount);
        uint256 next;
        for (uint32 shard; shard < 2 ** SHARD_DEPTH; ++shard) {
            uint32 index;
            for (uint32 account = 1; account <= REQUESTERS; ++account) {
                if (account % 2 ** SHARD_DEPTH != shard) continue;
                for (uint64 i; i < perAccount; ++i) {
                    charges[next] = honest(account, sequence + i, 100 + 7 * account + i);
                    charges[next].receipt.shard = shard;
                    charges[next++].receipt.index = index++;
                }
            }
        }
    }

    /// @dev Number of the first charge of `account`.
    function firstOf(EpochBooks.Charge[] memory charges, uint32 account) internal pure returns (uint256 i) {
        while (charges[i].receipt.requesterAccount != account) ++i;
    }

    function bookOf(EpochBooks.Charge[] memory charges) internal view returns (EpochBooks.Book memory) {
        EpochBooks.carryTotals(charges);
        return bookAsTheyAre(charges);
    }

    /// @dev Whatever the totals in the charges are.
    function bookAsTheyAre(EpochBooks.Charge[] memory charges) internal view returns (EpochBooks.Book memory book) {
        book.charges = charges;
        bytes32[] memory leaves = new bytes32[](charges.length);
        for (uint256 i; i < charges.length; ++i) {
            leaves[i] = vault.hashReceipt(charges[i].receipt);
            while (uint16(charges[i].receipt.index) >> book.shardLevels != 0) ++book.shardLevels;
        }
        book.tree = EpochBooks.treeOf(charges, leaves, book.shardLevels, SHARD_DEPTH);
    }

    /// @dev What the leaves debit, account by account.
    function debitsOf(EpochBooks.Charge[] memory charges) internal pure returns (Epochs.Amount[] memory debits) {
        uint256[] memory byAccount = new uint256[](REQUESTERS + 1);
        uint256 count;
        for (uint256 i; i < charges.length; ++i) {
            Receipt memory receipt = charges[i].receipt;
            if (byAccount[receipt.requesterAccount] == 0 && receipt.debitNano != 0) ++count;
            byAccount[receipt.requesterAccount] += receipt.debitNano;
        }
        debits = new Epochs.Amount[](count);
        count = 0;
        for (uint256 account; account < byAccount.length; ++account) {
            if (byAccount[account] != 0) debits[count++] = Epochs.Amount(account, byAccount[account]);
        }
    }

    /// @dev An epoch of one part that follows the head, whose words are what its leaves say.
    function settleBook(EpochBooks.Charge[] memory charges) internal returns (EpochBooks.Book memory book) {
        return settleBook(charges, debitsOf(charges));
    }

    function settleBook(EpochBooks.Charge[] memory charges, Epochs.Amount[] memory debits)
        internal
        returns (EpochBooks.Book memory book)
    {
        book = bookOf(charges);
        settleTree(book, debits);
    }

    /// @dev Whatever the tree of the book is.
    function settleTree(EpochBooks.Book memory book, Epochs.Amount[] memory debits) internal {
        book.parts = new Epochs.Epoch[](1);
        book.parts[0] = epochOf(debits, Epochs.one(providerAccount, Epochs.sumOf(debits)), Epochs.noReleases());
        claimRoot(book, book.parts[0]);
        settle(book.parts[0]);
    }

    /// @dev The first of two parts of an epoch: what `account` and those before it are debited.
    function settleHalf(EpochBooks.Charge[] memory charges, uint32 account)
        internal
        returns (EpochBooks.Book memory book)
    {
        Epochs.Amount[] memory all = debitsOf(charges);
        Epochs.Amount[] memory debits = new Epochs.Amount[](account);
        for (uint256 i; i < account; ++i) {
            debits[i] = all[i];
        }
        book = bookOf(charges);
        book.parts = new Epochs.Epoch[](2);
        book.parts[0] = partOf(debits, Epochs.one(providerAccount, Epochs.sumOf(debits)), Epochs.noReleases(), 0, 2);
        claimRoot(book, book.parts[0]);
        book.parts[0].header.receiptsSumNano = book.root().sumNano;
        settle(book.parts[0]);
    }

    /// @dev The second part of an epoch, in which `account` is debited `againNano` more, and those after it.
    function settleRest(EpochBooks.Book memory book, uint32 account, uint64 againNano) internal {
        Epochs.Amount[] memory all = debitsOf(book.charges);
        Epochs.Amount[] memory debits = new Epochs.Amount[](all.length - account + (againNano == 0 ? 0 : 1));
        if (againNano != 0) debits[0] = Epochs.Amount(account, againNano);
        for (uint256 i = account; i < all.length; ++i) {
            debits[i + debits.length - all.length] = all[i];
        }
        // The last pays for what the account pays twice.
        debits[debits.length - 1].amountNano -= againNano;
        book.parts[1] = partOf(debits, Epochs.one(providerAccount, Epochs.sumOf(debits)), Epochs.noReleases(), 1, 2);
        claimRoot(book, book.parts[1]);
        book.parts[1].header.receiptsSumNano = book.root().sumNano;
        settle(book.parts[1]);
    }

    /// @dev Of all that was settled until now: seven buckets later, when another epoch has come.
    function endWindow() internal {
        vm.warp(vm.getBlockTimestamp() + 8 * BUCKET);
        settle(epochOf(Epochs.none(), Epochs.none(), Epochs.noReleases()));
    }

    function claimRoot(EpochBooks.Book memory book, Epochs.Epoch memory part) internal pure {
        part.header.receiptsRoot = book.root().hash;
        part.header.receiptsCount = uint64(book.charges.length);
        part.header.levels = uint8(book.tree.length - 1);
    }

    /// @dev By the challenger, of a leaf and in its account's statement.
    function challengeLeafOf(EpochBooks.Book memory book, uint256 i) internal returns (bytes32) {
        Receipt memory receipt = book.charges[i].receipt;
        return challengeLeaf(book, receipt.requesterAccount, receipt.shard, receipt.index);
    }

    function challengeLeaf(EpochBooks.Book memory book, uint32 account, uint32 shard, uint32 index)
        internal
        returns (bytes32)
    {
        vm.prank(challenger);
        return court.challengeLeaf{value: DEPOSIT}(book.statement(0, account), shard, index);
    }

    function challengeStatement(EpochBooks.Book memory book, uint32 account) internal returns (bytes32) {
        vm.prank(challenger);
        return court.challengeStatement{value: DEPOSIT}(book.statement(0, account), new Statement[](0));
    }

    function answerLeaf(EpochBooks.Book memory book, uint256 i) internal {
        answerLeaf(book, i, book.charges[i].receipt.requesterAccount);
    }

    function answerLeaf(EpochBooks.Book memory book, uint256 i, uint32 account) internal {
        court.answerLeaf(book.parts[0].header, account, book.leaf(i), book.charges[i].evidence);
    }

    /// @dev By the leaves of `account` as the stream orders them.
    function answerStatement(EpochBooks.Book memory book, uint32 account) internal {
        uint256 first = firstOf(book.charges, account);
        uint256 last = first;
        while (last + 1 < book.charges.length && book.charges[last + 1].receipt.requesterAccount == account) ++last;
        court.answerStatement(
            book.parts[0].header, account, debitOf(book, 0, account), book.leaf(first), book.leaf(last)
        );
    }

    function passResponse() internal {
        vm.warp(vm.getBlockTimestamp() + RESPONSE + 1);
    }

    function position(EpochBooks.Book memory book, uint256 i) internal pure returns (uint64) {
        return uint64(book.charges[i].receipt.shard) << 32 | book.charges[i].receipt.index;
    }

    function locksOf(EpochBooks.Book memory book, uint32 account) internal view returns (uint32 locks) {
        (, locks,) = bonds().statement(book.parts[0].header.epoch, 0, account);
    }

    /// @dev What the vault has released to `account`.
    function released(uint32 account) internal view returns (uint64 releasedNano) {
        (,,, releasedNano,,) = vault.spendingAccount(account);
    }

    /// @dev What a part debits of `account`, which it does.
    function debitOf(EpochBooks.Book memory book, uint256 part, uint32 account)
        internal
        pure
        returns (uint64 debitNano)
    {
        Statement memory shown = book.statement(part, account);
        return uint64(shown.amounts[shown.place] >> (64 * (account % 4)));
    }

    function victims(uint64 debitNano) internal pure returns (uint64) {
        return debitNano * 12 / 10;
    }

    /// @dev In the first part, for the first time.
    function assertConvicted(EpochBooks.Book memory book, uint32 account) internal view {
        uint64 epoch = book.parts[0].header.epoch;
        vm.assertEq(
            uint256(released(account)), victims(debitOf(book, 0, account)), "the victim has not 120 % of its debit"
        );
        assertCompensated(book, 0, account, true);
        vm.assertTrue(court.isVoid(epoch, account), "what was charged is not void");
        vm.assertFalse(court.isVoid(epoch, account + 1), "what was charged to another is void");
        vm.assertFalse(court.isVoid(epoch + 1, account), "what another epoch charged is void");
    }

    function assertCompensated(EpochBooks.Book memory book, uint256 part, uint32 account, bool expected) internal view {
        EpochHeader memory header = book.parts[part].header;
        (,, bool compensated) = bonds().statement(header.epoch, header.part, account);
        vm.assertTrue(compensated == expected, expected ? "a false debit is not compensated" : "an honest debit is");
    }
}
