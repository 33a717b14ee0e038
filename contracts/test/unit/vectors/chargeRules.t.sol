// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";

import {IModelRegistry} from "../../../src/interfaces/IModelRegistry.sol";
import {ITribunalTypes} from "../../../src/interfaces/ITribunal.sol";
import {ILibraryHarness} from "../../utils/ILibraryHarness.sol";
import {MillraceTest} from "../../utils/MillraceTest.sol";

/// The rules of an honest charge by a third implementation, which the audit's are held to as well.
contract ChargeRulesTest is MillraceTest, ITribunalTypes {
    string private json;
    ILibraryHarness private library_;
    IModelRegistry private registry;

    function setUp() external {
        json = vm.readFile("test/vectors/charge-rules.json");
        library_ = ILibraryHarness(deployed("out/LibraryHarness.sol/LibraryHarness.json", ""));
        registry = IModelRegistry(
            deployed(
                "out/ModelRegistry.sol/ModelRegistry.json",
                abi.encode(address(this), uint64(0), uint64(1e12), uint16(0))
            )
        );
        IAccessControl(address(registry)).grantRole(registry.PUBLISHER_ROLE(), address(this));
        announce();
    }

    function announce() private {
        bytes32 model = vm.parseJsonBytes32(json, ".model");
        for (uint256 i; exists(string.concat(".prices[", vm.toString(i), "]")); ++i) {
            string memory price = string.concat(".prices[", vm.toString(i), "].");
            vm.warp(number(price, "from"));
            registry.setFee(uint16(number(price, "feeBasisPoints")));
            if (i == 0) registry.register(model, uint64(number(price, "nanoPerMillion")), "");
            else registry.setPrice(model, uint64(number(price, "nanoPerMillion")));
        }
    }

    function exists(string memory path) private view returns (bool) {
        return vm.keyExistsJson(json, path);
    }

    function number(string memory path, string memory name) private view returns (uint256) {
        return vm.parseJsonUint(json, string.concat(path, name));
    }

    function digest(string memory path, string memory name) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, string.concat(path, name));
    }

    function receiptAt(string memory path) private view returns (Receipt memory receipt) {
        receipt.requestId = digest(path, "requestId");
        receipt.requesterAccount = uint32(number(path, "requesterAccount"));
        receipt.sequence = uint64(number(path, "sequence"));
        receipt.providerAccount = uint32(number(path, "providerAccount"));
        receipt.model = digest(path, "model");
        receipt.units = uint64(number(path, "units"));
        receipt.priceNanoPerMillion = uint64(number(path, "priceNanoPerMillion"));
        receipt.priceVersion = uint32(number(path, "priceVersion"));
        receipt.debitNano = uint64(number(path, "debitNano"));
        receipt.credits = vm.parseJsonUintArray(json, string.concat(path, "credits"));
        receipt.admittedMillis = uint64(number(path, "admittedMillis"));
        receipt.shard = uint32(number(path, "shard"));
        receipt.index = uint32(number(path, "index"));
    }

    /// @dev Names of the rules, in the order of their numbers.
    function faultAt(string memory path) private view returns (uint256 fault) {
        bytes32 name = keccak256(bytes(vm.parseJsonString(json, string.concat(path, "fault"))));
        string[11] memory names = [
            "None",
            "WrongArithmetic",
            "WrongPrice",
            "WrongCredits",
            "Overcharged",
            "WrongAccount",
            "WrongModel",
            "AfterDeadline",
            "DoubleCharge",
            "Sequence",
            "WrongTotal"
        ];
        while (keccak256(bytes(names[fault])) != name) ++fault;
    }

    function assertFault(string memory path, Fault found) private view {
        vm.assertEq(uint256(found), faultAt(path), vm.parseJsonString(json, string.concat(path, "name")));
    }

    function test_leaves() external view {
        uint256 i;
        for (; exists(string.concat(".leaves[", vm.toString(i), "]")); ++i) {
            string memory path = string.concat(".leaves[", vm.toString(i), "].");
            assertFault(path, library_.faultOfLeaf(registry, receiptAt(string.concat(path, "leaf."))));
        }
        vm.assertGe(i, 25, "leaves are missing");
    }

    function test_requests() external view {
        address requester = vm.parseJsonAddress(json, ".requester");
        uint256 i;
        for (; exists(string.concat(".requests[", vm.toString(i), "]")); ++i) {
            string memory path = string.concat(".requests[", vm.toString(i), "].");
            string memory signed = string.concat(path, "request.");
            InferenceRequest memory request;
            request.requester = vm.parseJsonAddress(json, string.concat(signed, "requester"));
            request.model = digest(signed, "model");
            request.maxFeeNano = uint64(number(signed, "maxFeeNano"));
            request.deadline = uint64(number(signed, "deadline"));
            uint32 account = request.requester == requester ? uint32(number(".", "requesterAccount")) : 0;
            assertFault(path, library_.faultOfRequest(receiptAt(string.concat(path, "leaf.")), request, account));
        }
        vm.assertGe(i, 6, "requests are missing");
    }

    function test_pairs() external view {
        uint256 i;
        for (; exists(string.concat(".pairs[", vm.toString(i), "]")); ++i) {
            string memory path = string.concat(".pairs[", vm.toString(i), "].");
            Receipt memory receipt = receiptAt(string.concat(path, "leaf."));
            Receipt memory other = receiptAt(string.concat(path, "other."));
            uint64 earlierEpoch = uint64(number(path, "earlierEpoch"));
            assertFault(path, library_.faultOfPair(receipt, other, earlierEpoch));
        }
        vm.assertGe(i, 26, "pairs are missing");
    }

    function test_totals() external view {
        uint256 i;
        for (; exists(string.concat(".totals[", vm.toString(i), "]")); ++i) {
            string memory path = string.concat(".totals[", vm.toString(i), "].");
            uint256[] memory lines = vm.parseJsonUintArray(json, string.concat(path, "lines"));
            (uint256 addedNano, uint256 afterNano) =
                library_.addedBy(lines, uint32(number(path, "account")), number(path, "shownNano"));
            string memory name = vm.parseJsonString(json, string.concat(path, "name"));
            vm.assertEq(addedNano, number(path, "addedNano"), name);
            vm.assertEq(afterNano, number(path, "afterNano"), name);
        }
        vm.assertGe(i, 17, "totals are missing");
    }
}
