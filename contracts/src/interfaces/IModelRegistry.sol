// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Which models may be asked, at what price. A model's id is the keccak256 of its manifest.
interface IModelRegistry {
    enum Status {
        None,
        Proposed,
        Active,
        Revoked
    }

    error ModelUnknown(bytes32 model);
    error ModelExists(bytes32 model);
    error AdminZero();
    error ModelIdZero();
    error NotPublisher(bytes32 model, address publisher, address caller);
    error PriceTooHigh(uint64 priceNanoPerMillion, uint64 most);
    error PriceUnknown(bytes32 model, uint32 version);
    error FeeTooHigh(uint16 feeBasisPoints, uint16 most);
    error WrongStatus(bytes32 model, Status status);

    event ModelRegistered(bytes32 indexed model, address indexed publisher, string manifestUri);
    /// A price counts for requests appended at or after `effectiveFrom` (unix seconds). Versions count from 1.
    /// @param feeBasisPoints of what such a request pays, rounded down, for the treasury; the rest is the provider's
    event ModelPriced(
        bytes32 indexed model,
        uint32 indexed version,
        uint64 priceNanoPerMillion,
        uint16 feeBasisPoints,
        uint64 effectiveFrom
    );
    /// Prices announced from now on carry this fee; those announced before keep theirs.
    event FeeSet(uint16 feeBasisPoints);
    event ModelStatusChanged(bytes32 indexed model, Status indexed status, bytes32 evidence);

    /// @notice Registers a manifest digest as Proposed, with price version 1 effective at once. Only PUBLISHER_ROLE.
    /// @param priceNanoPerMillion nano-USD per million units, at most MAX_PRICE
    function register(bytes32 model, uint64 priceNanoPerMillion, string calldata manifestUri) external;

    /// @notice Announces a new price, effective after PRICE_NOTICE seconds. Only the model's publisher, while it has
    /// PUBLISHER_ROLE. Not if Revoked.
    function setPrice(bytes32 model, uint64 priceNanoPerMillion) external returns (uint32 version, uint64 effectiveFrom);

    /// @notice Sets the fee that prices announced from now on carry, at most 10,000 basis points. Only the admin.
    function setFee(uint16 feeBasisPoints_) external;

    /// @notice Proposed -> Active. Only EVALUATOR_ROLE. @param evidence digest of the evaluation, may be zero
    function activate(bytes32 model, bytes32 evidence) external;

    /// @notice Proposed or Active -> Revoked, for ever. Only GUARDIAN_ROLE.
    function revoke(bytes32 model, bytes32 evidence) external;

    /// @notice The terms of a price version, which nothing changes once it is announced. Reverts PriceUnknown before.
    function priceOf(bytes32 model, uint32 version)
        external
        view
        returns (uint64 priceNanoPerMillion, uint16 feeBasisPoints_, uint64 effectiveFrom);

    /// @notice A model with its newest price.
    function modelOf(bytes32 model)
        external
        view
        returns (
            address publisher,
            Status status,
            uint32 priceVersion,
            uint64 priceNanoPerMillion,
            uint64 effectiveFrom
        );

    /// @notice What the next announced price will carry.
    function feeBasisPoints() external view returns (uint16);
    function PRICE_NOTICE() external view returns (uint64);
    function MAX_PRICE() external view returns (uint64);
    function PUBLISHER_ROLE() external view returns (bytes32);
    function EVALUATOR_ROLE() external view returns (bytes32);
    function GUARDIAN_ROLE() external view returns (bytes32);
}
