// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

import {IModelRegistry} from "./interfaces/IModelRegistry.sol";

/// @title The registry of models; what it promises is said in its interface.
contract ModelRegistry is IModelRegistry, AccessControl {
    struct Model {
        address publisher;
        Status status;
        uint32 priceVersion;
        uint64 priceNanoPerMillion;
        uint64 effectiveFrom;
    }

    bytes32 public constant override PUBLISHER_ROLE = keccak256("PUBLISHER_ROLE");
    bytes32 public constant override EVALUATOR_ROLE = keccak256("EVALUATOR_ROLE");
    bytes32 public constant override GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");

    uint64 public immutable override PRICE_NOTICE;
    uint64 public immutable override MAX_PRICE;

    mapping(bytes32 model => Model) private _models;

    /// @param admin grants and revokes the three roles; holds none of them itself
    /// @param priceNotice seconds between the announcement of a price and its effect
    /// @param maxPrice highest price that can be set, nano-USD per million units
    constructor(address admin, uint64 priceNotice, uint64 maxPrice) {
        if (admin == address(0)) revert AdminZero();
        PRICE_NOTICE = priceNotice;
        MAX_PRICE = maxPrice;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @inheritdoc IModelRegistry
    function register(bytes32 model, uint64 priceNanoPerMillion, string calldata manifestUri)
        external
        override
        onlyRole(PUBLISHER_ROLE)
    {
        if (model == 0) revert ModelIdZero();
        if (_models[model].status != Status.None) revert ModelExists(model);
        _requirePrice(priceNanoPerMillion);

        uint64 effectiveFrom = uint64(block.timestamp);
        _models[model] = Model({
            publisher: msg.sender,
            status: Status.Proposed,
            priceVersion: 1,
            priceNanoPerMillion: priceNanoPerMillion,
            effectiveFrom: effectiveFrom
        });
        emit ModelRegistered(model, msg.sender, manifestUri);
        emit ModelStatusChanged(model, Status.Proposed, 0);
        emit ModelPriced(model, 1, priceNanoPerMillion, effectiveFrom);
    }

    /// @inheritdoc IModelRegistry
    function setPrice(bytes32 model, uint64 priceNanoPerMillion)
        external
        override
        returns (uint32 version, uint64 effectiveFrom)
    {
        Model storage it = _known(model);
        if (it.publisher != msg.sender) revert NotPublisher(model, it.publisher, msg.sender);
        if (it.status == Status.Revoked) revert WrongStatus(model, it.status);
        _requirePrice(priceNanoPerMillion);

        version = it.priceVersion + 1;
        // Strictly later than the version before, so that no second has two prices.
        effectiveFrom = uint64(block.timestamp) + PRICE_NOTICE;
        if (effectiveFrom <= it.effectiveFrom) effectiveFrom = it.effectiveFrom + 1;
        it.priceVersion = version;
        it.priceNanoPerMillion = priceNanoPerMillion;
        it.effectiveFrom = effectiveFrom;
        emit ModelPriced(model, version, priceNanoPerMillion, effectiveFrom);
    }

    /// @inheritdoc IModelRegistry
    function activate(bytes32 model, bytes32 evidence) external override onlyRole(EVALUATOR_ROLE) {
        Model storage it = _known(model);
        if (it.status != Status.Proposed) revert WrongStatus(model, it.status);
        it.status = Status.Active;
        emit ModelStatusChanged(model, Status.Active, evidence);
    }

    /// @inheritdoc IModelRegistry
    function revoke(bytes32 model, bytes32 evidence) external override onlyRole(GUARDIAN_ROLE) {
        Model storage it = _known(model);
        if (it.status == Status.Revoked) revert WrongStatus(model, it.status);
        it.status = Status.Revoked;
        emit ModelStatusChanged(model, Status.Revoked, evidence);
    }

    /// @inheritdoc IModelRegistry
    function modelOf(bytes32 model)
        external
        view
        override
        returns (
            address publisher,
            Status status,
            uint32 priceVersion,
            uint64 priceNanoPerMillion,
            uint64 effectiveFrom
        )
    {
        Model storage it = _models[model];
        return (it.publisher, it.status, it.priceVersion, it.priceNanoPerMillion, it.effectiveFrom);
    }

    function _known(bytes32 model) private view returns (Model storage it) {
        it = _models[model];
        if (it.status == Status.None) revert ModelUnknown(model);
    }

    function _requirePrice(uint64 priceNanoPerMillion) private view {
        if (priceNanoPerMillion > MAX_PRICE) revert PriceTooHigh(priceNanoPerMillion, MAX_PRICE);
    }
}
