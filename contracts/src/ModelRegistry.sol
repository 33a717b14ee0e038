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
    }

    struct Price {
        uint64 nanoPerMillion;
        uint64 effectiveFrom;
        uint16 feeBasisPoints;
    }

    bytes32 public constant override PUBLISHER_ROLE = keccak256("PUBLISHER_ROLE");
    bytes32 public constant override EVALUATOR_ROLE = keccak256("EVALUATOR_ROLE");
    bytes32 public constant override GUARDIAN_ROLE = keccak256("GUARDIAN_ROLE");

    uint16 private constant MAX_FEE_BASIS_POINTS = 10_000;

    uint64 public immutable override PRICE_NOTICE;
    uint64 public immutable override MAX_PRICE;

    uint16 public override feeBasisPoints;
    mapping(bytes32 model => Model) private _models;
    mapping(bytes32 model => mapping(uint32 version => Price)) private _prices;

    /// @param admin grants and revokes the three roles; holds none of them itself
    /// @param priceNotice seconds between the announcement of a price and its effect
    /// @param maxPrice highest price that can be set, nano-USD per million units
    /// @param feeBasisPoints_ of every debit, for the treasury, in the terms of prices announced from now on
    constructor(address admin, uint64 priceNotice, uint64 maxPrice, uint16 feeBasisPoints_) {
        if (admin == address(0)) revert AdminZero();
        PRICE_NOTICE = priceNotice;
        MAX_PRICE = maxPrice;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
        _setFee(feeBasisPoints_);
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

        _models[model] = Model({publisher: msg.sender, status: Status.Proposed, priceVersion: 0});
        emit ModelRegistered(model, msg.sender, manifestUri);
        emit ModelStatusChanged(model, Status.Proposed, 0);
        _announce(model, priceNanoPerMillion, uint64(block.timestamp));
    }

    /// @inheritdoc IModelRegistry
    function setPrice(bytes32 model, uint64 priceNanoPerMillion)
        external
        override
        onlyRole(PUBLISHER_ROLE)
        returns (uint32 version, uint64 effectiveFrom)
    {
        Model storage it = _known(model);
        if (it.publisher != msg.sender) revert NotPublisher(model, it.publisher, msg.sender);
        if (it.status == Status.Revoked) revert WrongStatus(model, it.status);
        _requirePrice(priceNanoPerMillion);

        // Strictly later than the version before, so that no second has two prices.
        effectiveFrom = uint64(block.timestamp) + PRICE_NOTICE;
        uint64 before = _prices[model][it.priceVersion].effectiveFrom;
        if (effectiveFrom <= before) effectiveFrom = before + 1;
        version = _announce(model, priceNanoPerMillion, effectiveFrom);
    }

    /// @inheritdoc IModelRegistry
    function setFee(uint16 feeBasisPoints_) external override onlyRole(DEFAULT_ADMIN_ROLE) {
        _setFee(feeBasisPoints_);
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
        Price storage price = _prices[model][it.priceVersion];
        return (it.publisher, it.status, it.priceVersion, price.nanoPerMillion, price.effectiveFrom);
    }

    /// @inheritdoc IModelRegistry
    function priceOf(bytes32 model, uint32 version)
        external
        view
        override
        returns (uint64 priceNanoPerMillion, uint16 feeBasisPoints_, uint64 effectiveFrom)
    {
        if (version == 0 || version > _models[model].priceVersion) revert PriceUnknown(model, version);
        Price storage price = _prices[model][version];
        return (price.nanoPerMillion, price.feeBasisPoints, price.effectiveFrom);
    }

    /// @dev The one place where a price is written, under a version that has none yet.
    function _announce(bytes32 model, uint64 priceNanoPerMillion, uint64 effectiveFrom)
        private
        returns (uint32 version)
    {
        version = ++_models[model].priceVersion;
        _prices[model][version] =
            Price({nanoPerMillion: priceNanoPerMillion, effectiveFrom: effectiveFrom, feeBasisPoints: feeBasisPoints});
        emit ModelPriced(model, version, priceNanoPerMillion, feeBasisPoints, effectiveFrom);
    }

    function _setFee(uint16 feeBasisPoints_) private {
        if (feeBasisPoints_ > MAX_FEE_BASIS_POINTS) revert FeeTooHigh(feeBasisPoints_, MAX_FEE_BASIS_POINTS);
        feeBasisPoints = feeBasisPoints_;
        emit FeeSet(feeBasisPoints_);
    }

    function _known(bytes32 model) private view returns (Model storage it) {
        it = _models[model];
        if (it.status == Status.None) revert ModelUnknown(model);
    }

    function _requirePrice(uint64 priceNanoPerMillion) private view {
        if (priceNanoPerMillion > MAX_PRICE) revert PriceTooHigh(priceNanoPerMillion, MAX_PRICE);
    }
}
