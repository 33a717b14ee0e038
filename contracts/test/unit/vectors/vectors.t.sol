// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlementVault} from "../../../src/interfaces/ISettlementVault.sol";
import {Epochs} from "../../utils/Epochs.sol";
import {ILibraryHarness} from "../../utils/ILibraryHarness.sol";
import {VaultTest} from "../../utils/VaultTest.sol";

/// test/vectors, made by a third implementation and read by the Java tests too.
contract VectorsTest is VaultTest {
    bytes32 private constant REQUEST_TYPEHASH = keccak256(
        "InferenceRequest(address requester,bytes32 model,bytes32 inputHash,bytes32 optionsHash,uint64 maxFeeNano,uint64 deadline,uint64 nonce)"
    );
    bytes32 private constant OUTCOME_TYPEHASH = keccak256(
        "Outcome(bytes32 requestId,uint32 providerAccount,uint64 units,uint8 status,bytes32 outputHash,bytes32 numericClass)"
    );

    string private json;
    ILibraryHarness private library_;

    function setUp() public override {
        super.setUp();
        vm.chainId(31_337);
        library_ = ILibraryHarness(deployed("out/LibraryHarness.sol/LibraryHarness.json", ""));
    }

    function open(string memory name) private returns (uint256 cases) {
        json = vm.readFile(string.concat("test/vectors/", name, ".json"));
        while (vm.keyExistsJson(json, string.concat(".cases[", vm.toString(cases), "]"))) ++cases;
        vm.assertGe(cases, 3, "cases are missing");
        if (vm.keyExistsJson(json, ".domain")) {
            // The digests name a vault at this address: the same code there has the same domain.
            address there = vm.parseJsonAddress(json, ".domain.verifyingContract");
            vm.etch(there, address(vault).code);
            vault = ISettlementVault(there);
        }
    }

    function key(uint256 number, string memory name) private pure returns (string memory) {
        return string.concat(".cases[", vm.toString(number), "].", name);
    }

    function number64(uint256 c, string memory name) private view returns (uint64) {
        return uint64(vm.parseJsonUint(json, key(c, name)));
    }

    function number32(uint256 c, string memory name) private view returns (uint32) {
        return uint32(vm.parseJsonUint(json, key(c, name)));
    }

    function bytes32At(uint256 c, string memory name) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, key(c, name));
    }

    function nameOf(uint256 c) private view returns (string memory) {
        return vm.parseJsonString(json, key(c, "name"));
    }

    function typed(bytes32 structHash) private view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", vault.domainSeparator(), structHash));
    }

    function assertSigned(uint256 c, bytes32 digest) private view {
        bytes memory signature = vm.parseJsonBytes(json, key(c, "signature"));
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        address signer = ecrecover(digest, uint8(signature[64]), r, s);
        vm.assertEq(signer, vm.parseJsonAddress(json, key(c, "signer")), nameOf(c));
    }

    function test_requestDigests() external {
        uint256 cases = open("request-digest");
        for (uint256 c; c < cases; ++c) {
            bytes32 inputHash = inputHashOf(c);
            vm.assertEq(inputHash, bytes32At(c, "inputHash"), nameOf(c));
            bytes memory options = bytes(vm.parseJsonString(json, key(c, "optionsJson")));
            bytes32 optionsHash = options.length == 0 ? bytes32(0) : keccak256(options);
            vm.assertEq(optionsHash, bytes32At(c, "optionsHash"), nameOf(c));
            bytes32 digest = typed(
                keccak256(
                    abi.encode(
                        REQUEST_TYPEHASH,
                        vm.parseJsonAddress(json, key(c, "requester")),
                        bytes32At(c, "model"),
                        inputHash,
                        optionsHash,
                        number64(c, "maxFeeNano"),
                        number64(c, "deadline"),
                        number64(c, "nonce")
                    )
                )
            );
            vm.assertEq(digest, bytes32At(c, "digest"), nameOf(c));
            assertSigned(c, digest);
        }
    }

    /// A text is hashed as bytes, a list of texts as EIP-712 hashes string[]; a query is the first of its list.
    function inputHashOf(uint256 c) private view returns (bytes32) {
        if (!exists(c, "input", 0)) {
            return keccak256(bytes(vm.parseJsonString(json, key(c, "input"))));
        }
        bytes memory digests;
        if (vm.keyExistsJson(json, key(c, "query"))) {
            digests = abi.encodePacked(keccak256(bytes(vm.parseJsonString(json, key(c, "query")))));
        }
        for (uint256 i; exists(c, "input", i); ++i) {
            string memory text = vm.parseJsonString(json, key(c, string.concat("input[", vm.toString(i), "]")));
            digests = abi.encodePacked(digests, keccak256(bytes(text)));
        }
        return keccak256(digests);
    }

    function test_outcomeDigests() external {
        uint256 cases = open("outcome-digest");
        for (uint256 c; c < cases; ++c) {
            bytes32 outputHash = keccak256(vm.parseJsonBytes(json, key(c, "outputBytes")));
            vm.assertEq(outputHash, bytes32At(c, "outputHash"), nameOf(c));
            bytes32 digest = typed(
                keccak256(
                    abi.encode(
                        OUTCOME_TYPEHASH,
                        bytes32At(c, "requestId"),
                        number32(c, "providerAccount"),
                        number64(c, "units"),
                        uint8(number32(c, "status")),
                        outputHash,
                        bytes32At(c, "numericClass")
                    )
                )
            );
            vm.assertEq(digest, bytes32At(c, "digest"), nameOf(c));
            assertSigned(c, digest);
        }
    }

    function test_receiptLeaves() external {
        uint256 cases = open("receipt-leaf");
        for (uint256 c; c < cases; ++c) {
            Receipt memory receipt;
            receipt.requestId = bytes32At(c, "requestId");
            receipt.requesterAccount = number32(c, "requesterAccount");
            receipt.sequence = number64(c, "sequence");
            receipt.providerAccount = number32(c, "providerAccount");
            receipt.model = bytes32At(c, "model");
            receipt.units = number64(c, "units");
            receipt.priceNanoPerMillion = number64(c, "priceNanoPerMillion");
            receipt.priceVersion = number32(c, "priceVersion");
            receipt.debitNano = number64(c, "debitNano");
            receipt.credits = vm.parseJsonUintArray(json, key(c, "credits"));
            receipt.outcome = bytes32At(c, "outcome");
            receipt.allocation = bytes32At(c, "allocation");
            receipt.admittedMillis = number64(c, "admittedMillis");
            receipt.shard = number32(c, "shard");
            receipt.index = number32(c, "index");
            vm.assertEq(vault.hashReceipt(receipt), bytes32At(c, "digest"), nameOf(c));
        }
    }

    function test_epochHeaders() external {
        uint256 cases = open("epoch-header");
        vm.assertEq(vault.domainSeparator(), vm.parseJsonBytes32(json, ".domainSeparator"), "domain separator");
        for (uint256 c; c < cases; ++c) {
            EpochHeader memory header;
            header.previousHeader = bytes32At(c, "previousHeader");
            header.epoch = number64(c, "epoch");
            header.part = number32(c, "part");
            header.parts = number32(c, "parts");
            header.receiptsRoot = bytes32At(c, "receiptsRoot");
            header.receiptsSumNano = number64(c, "receiptsSumNano");
            header.receiptsCount = number64(c, "receiptsCount");
            header.levels = uint8(number64(c, "levels"));
            header.partSumNano = number64(c, "partSumNano");
            header.wordsHash = bytes32At(c, "wordsHash");
            header.cutDigest = bytes32At(c, "cutDigest");
            header.l2Block = number64(c, "l2Block");
            vm.assertEq(vault.hashHeader(header), bytes32At(c, "digest"), nameOf(c));
        }
    }

    function test_merkleSums() external {
        uint256 cases = open("merkle-sum");
        uint256 proofs;
        for (uint256 c; c < cases; ++c) {
            for (uint256 p; exists(c, "proofs", p); ++p) {
                assertProof(c, string.concat("proofs[", vm.toString(p), "]."));
                ++proofs;
            }
        }
        vm.assertGe(proofs, 15, "proofs are missing");
    }

    function assertProof(uint256 c, string memory proof) private view {
        bytes32[] memory siblings = vm.parseJsonBytes32Array(json, key(c, string.concat(proof, "siblings")));
        uint256[] memory wide = vm.parseJsonUintArray(json, key(c, string.concat(proof, "sumsNano")));
        uint64[] memory sumsNano = new uint64[](wide.length);
        for (uint256 i; i < wide.length; ++i) {
            sumsNano[i] = uint64(wide[i]);
        }
        uint256 shardLevels = siblings.length - number32(c, "shardDepth");
        uint256 path = uint256(number32(c, string.concat(proof, "shard"))) << shardLevels
            | number32(c, string.concat(proof, "index"));
        bytes32 leaf = bytes32At(c, string.concat(proof, "leafHash"));
        uint64 leafSumNano = number64(c, string.concat(proof, "leafSumNano"));
        bytes32 root = bytes32At(c, "root");
        uint64 sumNano = number64(c, "sumNano");
        vm.assertTrue(library_.verify(leaf, leafSumNano, path, siblings, sumsNano, root, sumNano), nameOf(c));
        vm.assertFalse(
            siblings.length != 0 && library_.verify(leaf, leafSumNano + 1, path, siblings, sumsNano, root, sumNano + 1),
            "a larger leaf passes"
        );
        vm.assertFalse(
            library_.verify(~leaf, leafSumNano, path, siblings, sumsNano, root, sumNano), "another leaf passes"
        );
    }

    function test_packedWords() external {
        uint256 cases = open("packed-words");
        for (uint256 c; c < cases; ++c) {
            Epochs.Amount[] memory debits = amountsAt(c, "debits");
            Epochs.Amount[] memory credits = amountsAt(c, "credits");
            SlotWords memory words = Epochs.wordsOf(debits, credits);
            assertWords(words.debitSlots, c, "debitSlots");
            assertWords(words.debits, c, "debitWords");
            assertWords(words.creditSlots, c, "creditSlots");
            assertWords(words.credits, c, "creditWords");
            uint256[] memory releases = vm.parseJsonUintArray(json, key(c, "releaseWords"));
            vm.assertEq(Epochs.hashOf(words, releases), bytes32At(c, "wordsHash"), nameOf(c));
            vm.assertEq(library_.sum(words.debits), vm.parseJsonUint(json, key(c, "debitsSumNano")), nameOf(c));
            vm.assertEq(library_.sum(words.credits), vm.parseJsonUint(json, key(c, "creditsSumNano")), nameOf(c));
        }
    }

    function amountsAt(uint256 c, string memory side) private view returns (Epochs.Amount[] memory amounts) {
        uint256 count;
        while (exists(c, side, count)) ++count;
        amounts = new Epochs.Amount[](count);
        for (uint256 i; i < count; ++i) {
            string memory entry = string.concat(side, "[", vm.toString(i), "].");
            amounts[i].account = vm.parseJsonUint(json, key(c, string.concat(entry, "account")));
            amounts[i].amountNano = vm.parseJsonUint(json, key(c, string.concat(entry, "amountNano")));
        }
    }

    function exists(uint256 c, string memory list, uint256 i) private view returns (bool) {
        return vm.keyExistsJson(json, key(c, string.concat(list, "[", vm.toString(i), "]")));
    }

    function assertWords(uint256[] memory words, uint256 c, string memory name) private view {
        uint256[] memory expected = vm.parseJsonUintArray(json, key(c, name));
        vm.assertEq(keccak256(abi.encode(words)), keccak256(abi.encode(expected)), string.concat(nameOf(c), ": ", name));
    }
}
