// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ISettlerBonds} from "./interfaces/ISettlerBonds.sol";
import {VaultAccounts} from "./VaultAccounts.sol";

/// @title The bonds of a vault's settlers: what they hold, and what a tribunal takes of them.
/// @dev A part has a position, epoch << 16 | part, which grows with time. Two things are kept of it, and neither in a word
/// of its own: the first position of each bucket says whether it is still in the window, the first of each turn whose it is.
abstract contract SettlerBonds is VaultAccounts {
    /// `turn` is the settler's last one, `finedIn` the bucket in which it was fined last.
    struct Bond {
        uint64 amountNano;
        uint64 lockedNano;
        uint40 turn;
        uint32 finedIn;
    }

    struct Turn {
        address settler;
        uint64 position;
    }

    struct Statement {
        uint64 lockedNano;
        uint32 locks;
        bool compensated;
    }

    /// Of the window.
    uint256 private constant BUCKETS = 7;
    /// A bucket counts exposure in 32 bits of these: up to 18 million dollars.
    uint256 private constant UNIT_NANO = 2 ** 22;

    /// Each nano-USD of an epoch can be taken back twice for whom it debits falsely, and three times for who earned it.
    uint8 private constant LEAST_COVER = 5;

    address public immutable override TRIBUNAL;
    uint32 public immutable override BUCKET;
    uint8 public immutable override COVER;
    uint64 public immutable override FINE_NANO;

    mapping(address settler => Bond) private _bonds;
    /// The bucket of the last part, then the units of that bucket and the six before, the newest in the lowest 32 bits.
    mapping(address settler => uint256) private _exposure;
    mapping(uint256 bucket => uint64) private _firstIn;
    mapping(uint256 turn => Turn) private _turns;
    mapping(uint256 key => Statement) private _statements;
    mapping(address challenger => uint64) public override rewardOf;

    modifier onlyTribunal() {
        if (msg.sender != TRIBUNAL) revert NotTheTribunal(msg.sender, TRIBUNAL);
        _;
    }

    constructor(BondTerms memory terms) {
        if (terms.tribunal == address(0)) revert ZeroAddress();
        if (terms.bucketSeconds == 0 || terms.cover < LEAST_COVER) {
            revert BondTermsOutOfRange(terms.bucketSeconds, terms.cover);
        }
        TRIBUNAL = terms.tribunal;
        BUCKET = terms.bucketSeconds;
        COVER = terms.cover;
        FINE_NANO = terms.fineNano;
        // The vault counts as settled when it is created.
        _firstIn[block.timestamp / terms.bucketSeconds] = _position(1, 0);
    }

    /// @inheritdoc ISettlerBonds
    function postBond(address settler, uint256 amountToken) external override nonReentrant returns (uint64 amountNano) {
        if (settler == address(0)) revert ZeroAddress();
        Bond storage bond = _bonds[settler];
        amountNano = _fitting(bond.amountNano, _receive(amountToken));
        bond.amountNano += amountNano;
        emit BondPosted(settler, msg.sender, amountNano);
    }

    /// @inheritdoc ISettlerBonds
    function withdrawBond(uint64 amountNano, address to) external override nonReentrant returns (uint64 paidNano) {
        (uint64 bondNano, uint256 heldNano) = bondOf(msg.sender, 0);
        if (heldNano + amountNano > bondNano) revert BondTooSmall(msg.sender, heldNano + amountNano, bondNano);
        paidNano = _wholeUnits(amountNano);

        _bonds[msg.sender].amountNano = bondNano - paidNano;
        emit BondWithdrawn(msg.sender, to, paidNano);
        _pay(to, paidNano);
    }

    /// @inheritdoc ISettlerBonds
    function takeReward(address to) external override nonReentrant returns (uint64 paidNano) {
        uint64 rewardNano = rewardOf[msg.sender];
        paidNano = _wholeUnits(rewardNano);

        rewardOf[msg.sender] = rewardNano - paidNano;
        emit RewardTaken(msg.sender, to, paidNano);
        _pay(to, paidNano);
    }

    /// @inheritdoc ISettlerBonds
    function lock(uint64 epoch, uint32 part, uint32 account, uint64 debitNano) external override onlyTribunal {
        Statement storage it = _statements[_keyOf(epoch, part, account)];
        if (it.compensated) revert AlreadyCompensated(epoch, part, account);
        if (!answerable(epoch, part)) revert NotAnswerable(epoch, part, account);

        if (it.locks++ == 0) {
            it.lockedNano = 2 * debitNano;
            _bonds[settlerOf(epoch, part)].lockedNano += it.lockedNano;
        }
    }

    /// @inheritdoc ISettlerBonds
    function unlock(uint64 epoch, uint32 part, uint32 account) external override onlyTribunal {
        Statement storage it = _statements[_keyOf(epoch, part, account)];
        if (it.locks == 0) revert NothingLocked(epoch, part, account);
        if (--it.locks == 0) _free(it, _bonds[settlerOf(epoch, part)]);
    }

    /// @inheritdoc ISettlerBonds
    function slash(uint64 epoch, uint32 part, uint32 account, uint64 debitNano, address challenger)
        external
        override
        onlyTribunal
        returns (uint64 victimNano)
    {
        Statement storage it = _statements[_keyOf(epoch, part, account)];
        if (it.compensated) revert AlreadyCompensated(epoch, part, account);
        bool inWindow = answerable(epoch, part);
        if (!inWindow && it.locks == 0) revert NotAnswerable(epoch, part, account);

        address settler = settlerOf(epoch, part);
        it.compensated = true;
        _free(it, _bonds[settler]);
        victimNano = _compensate(account, debitNano + debitNano / 5);
        (uint64 rewardNano, uint64 takenNano) = _take(settler, inWindow, debitNano, 2 * debitNano, challenger);
        emit Slashed({
            settler: settler,
            account: account,
            challenger: challenger,
            epoch: epoch,
            part: part,
            debitNano: debitNano,
            victimNano: victimNano,
            rewardNano: rewardNano,
            takenNano: takenNano
        });
    }

    /// @inheritdoc ISettlerBonds
    function slashForEarner(uint64 epoch, uint32 part, uint32 account, uint64 earnedNano, address challenger)
        external
        override
        onlyTribunal
        returns (uint64 earnerNano)
    {
        if (!answerable(epoch, part) || account >= earningAccounts) revert NotAnswerable(epoch, part, account);

        address settler = settlerOf(epoch, part);
        earnerNano = _compensateEarner(account, earnedNano + earnedNano / 5);
        (uint64 rewardNano, uint64 takenNano) = _take(settler, true, earnedNano, 3 * earnedNano, challenger);
        emit SlashedForEarner({
            settler: settler,
            account: account,
            challenger: challenger,
            epoch: epoch,
            part: part,
            earnedNano: earnedNano,
            earnerNano: earnerNano,
            rewardNano: rewardNano,
            takenNano: takenNano
        });
    }

    /// @inheritdoc ISettlerBonds
    function answerable(uint64 epoch, uint32 part) public view override returns (bool) {
        if (!_isSettled(epoch, part)) return false;
        uint256 bucket = _bucket();
        // The newest bucket has one, if any has. There were seven buckets since 1970.
        unchecked {
            for (uint256 oldest = bucket + 1 - BUCKETS; oldest <= bucket; ++oldest) {
                uint64 first = _firstIn[oldest];
                if (first != 0) return _position(epoch, part) >= first;
            }
        }
        return false;
    }

    /// @inheritdoc ISettlerBonds
    function settlerOf(uint64 epoch, uint32 part) public view override returns (address) {
        uint64 position = _position(epoch, part);
        uint256 turn;
        uint256 last = _lastTurn();
        // The last turn that begins at the position or before it. Turns are of 40 bits.
        unchecked {
            while (turn != last) {
                uint256 middle = (turn + last + 1) / 2;
                if (_turns[middle].position > position) last = middle - 1;
                else turn = middle;
            }
        }
        return _turns[turn].settler;
    }

    /// @inheritdoc ISettlerBonds
    function statement(uint64 epoch, uint32 part, uint32 account)
        external
        view
        override
        returns (uint64 lockedNano, uint32 locks, bool compensated)
    {
        Statement storage it = _statements[_keyOf(epoch, part, account)];
        return (it.lockedNano, it.locks, it.compensated);
    }

    /// @inheritdoc ISettlerBonds
    function bondOf(address settler, uint64 partSumNano)
        public
        view
        override
        returns (uint64 bondNano, uint256 neededNano)
    {
        Bond storage bond = _bonds[settler];
        (bondNano, neededNano) = (bond.amountNano, bond.lockedNano);
        uint256 ring = _ringOf(settler) + _unitsOf(partSumNano);
        // Far below 2^256: the units are of 32 bits. Of the fines none is due once nothing is exposed.
        unchecked {
            if (ring != 0) neededNano += BUCKETS * FINE_NANO;
            for (; ring != 0; ring >>= 32) {
                neededNano += uint32(ring) * UNIT_NANO * COVER;
            }
        }
    }

    /// @dev Lets the caller settle a part, or reverts for want of bond. What moves no money needs none.
    /// @param turn the last one so far
    /// @return the last one now
    function _standFor(uint64 epoch, uint32 part, uint64 partSumNano, uint40 turn) internal returns (uint40) {
        uint256 bucket = _bucket();
        if (_lastSettledAt() / BUCKET != bucket) _firstIn[bucket] = _position(epoch, part);
        if (partSumNano == 0) return turn;

        uint256 ring = _ringOf(msg.sender);
        uint256 units = uint32(ring) + _unitsOf(partSumNano);
        if (units > type(uint32).max) revert ExposureTooLarge(msg.sender, units);
        (uint64 bondNano, uint256 neededNano) = bondOf(msg.sender, partSumNano);
        if (neededNano > bondNano) revert BondTooSmall(msg.sender, neededNano, bondNano);

        _exposure[msg.sender] = bucket << 224 | ring >> 32 << 32 | units;
        if (_bonds[msg.sender].turn != turn || turn == 0) {
            ++turn;
            _turns[turn] = Turn({settler: msg.sender, position: _position(epoch, part)});
            _bonds[msg.sender].turn = turn;
            emit SettlerTurn(msg.sender, epoch, part);
        }
        return turn;
    }

    /// @dev Number of the last turn, zero before the first.
    function _lastTurn() internal view virtual returns (uint40);

    function _isSettled(uint64 epoch, uint32 part) internal view virtual returns (bool);

    /// @dev A fifth of what was false to the challenger, and a fine, once in a bucket.
    function _take(address settler, bool finable, uint64 falseNano, uint64 costsNano, address challenger)
        private
        returns (uint64 rewardNano, uint64 takenNano)
    {
        Bond storage bond = _bonds[settler];
        (rewardNano, takenNano) = (falseNano / 5, costsNano);
        if (finable && bond.finedIn != _bucket()) {
            bond.finedIn = uint32(_bucket());
            rewardNano += FINE_NANO;
            takenNano += FINE_NANO;
        }
        bond.amountNano -= takenNano;
        rewardOf[challenger] += rewardNano;
    }

    function _free(Statement storage it, Bond storage bond) private {
        bond.lockedNano -= it.lockedNano;
        it.lockedNano = 0;
    }

    /// @dev The units of the settler's last seven buckets, the present one in the lowest 32 bits.
    function _ringOf(address settler) private view returns (uint256) {
        uint256 ring = _exposure[settler];
        // Time does not go back. What is older than the window is shifted out.
        unchecked {
            return uint224(ring << (32 * (_bucket() - (ring >> 224))));
        }
    }

    function _unitsOf(uint64 amountNano) private pure returns (uint256) {
        return (amountNano + UNIT_NANO - 1) / UNIT_NANO;
    }

    function _bucket() private view returns (uint256) {
        return block.timestamp / BUCKET;
    }

    function _wholeUnits(uint64 amountNano) private view returns (uint64 wholeNano) {
        wholeNano = amountNano - amountNano % SCALE;
        if (wholeNano == 0) revert NothingToPay(msg.sender);
    }

    function _position(uint64 epoch, uint32 part) private pure returns (uint64) {
        return epoch << 16 | part;
    }

    function _keyOf(uint64 epoch, uint32 part, uint32 account) private pure returns (uint256) {
        return uint256(epoch) << 64 | uint256(part) << 32 | account;
    }
}
