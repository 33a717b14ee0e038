package io.millrace.chain;

import static java.util.Objects.requireNonNull;

import org.apache.flink.api.common.typeinfo.TypeInfo;

/**
 * One thing the stream hears from the L2: a finalised event of ISettlementVault or IModelRegistry
 * that it needs, or that everything up to a block has been read. Events flow, and are in no state.
 *
 * <p>A new kind gets a code in {@link VaultEventSerializer} too.
 */
@TypeInfo(VaultEventTypeInfo.Factory.class)
public sealed interface VaultEvent {

    /** L2 block number. */
    long block();

    /** Time of the block, unix ms. */
    long blockMillis();

    /**
     * No event of a contract: every finalised block up to this one has been read.
     *
     * @param caughtUp at the time it was read, no later block was final. After every start one such
     *     comes as soon as it is true, even if no block has become final since
     */
    record Scanned(long block, long blockMillis, boolean caughtUp) implements VaultEvent {}

    /** What a contract emitted. */
    sealed interface ContractEvent extends VaultEvent {

        /** Where it lies on the L2. */
        EventPlace place();

        @Override
        default long block() {
            return place().block();
        }

        @Override
        default long blockMillis() {
            return place().blockMillis();
        }
    }

    /** What the registry emitted about one model. */
    sealed interface ModelEvent extends ContractEvent {

        /** The model's id. */
        String model();
    }

    /**
     * A requester deposited for the first time.
     *
     * @param owner lower case, as in all that follow
     */
    record SpendingAccountOpened(EventPlace place, int account, String owner)
            implements ContractEvent {

        public SpendingAccountOpened {
            requireNonNull(place, "place is null");
            requireNonNull(owner, "owner is null");
        }
    }

    /** A provider can be paid from now on. */
    record EarningAccountOpened(EventPlace place, int account, String owner)
            implements ContractEvent {

        public EarningAccountOpened {
            requireNonNull(place, "place is null");
            requireNonNull(owner, "owner is null");
        }
    }

    /** A spending account was credited, by its owner or another. */
    record Deposited(EventPlace place, int account, String owner, long amountNano)
            implements ContractEvent {

        public Deposited {
            requireNonNull(place, "place is null");
            requireNonNull(owner, "owner is null");
        }
    }

    /**
     * An owner asks for money back.
     *
     * @param request number of the withdrawal request
     */
    record WithdrawalRequested(
            EventPlace place, int account, String owner, int request, long amountNano)
            implements ContractEvent {

        public WithdrawalRequested {
            requireNonNull(place, "place is null");
            requireNonNull(owner, "owner is null");
        }
    }

    /**
     * An owner takes a request back.
     *
     * @param amountNano what was still open of it
     */
    record WithdrawalCancelled(
            EventPlace place, int account, String owner, int request, long amountNano)
            implements ContractEvent {

        public WithdrawalCancelled {
            requireNonNull(place, "place is null");
            requireNonNull(owner, "owner is null");
        }
    }

    /** An epoch released what was asked for, or a part of it. */
    record WithdrawalReleased(
            EventPlace place, int account, String owner, int request, long amountNano)
            implements ContractEvent {

        public WithdrawalReleased {
            requireNonNull(place, "place is null");
            requireNonNull(owner, "owner is null");
        }
    }

    /** A release came too late, its request was cancelled or closed by the hatch: nothing moved. */
    record ReleaseSkipped(EventPlace place, int account, String owner, int request, long amountNano)
            implements ContractEvent {

        public ReleaseSkipped {
            requireNonNull(place, "place is null");
            requireNonNull(owner, "owner is null");
        }
    }

    /**
     * An owner left by the hatch.
     *
     * @param request the withdrawal request that this closed, 0 if none was open
     * @param spendingNano what left the spending ledger
     */
    record Escaped(EventPlace place, int account, String owner, int request, long spendingNano)
            implements ContractEvent {

        public Escaped {
            requireNonNull(place, "place is null");
            requireNonNull(owner, "owner is null");
        }
    }

    /**
     * The vault took one part of an epoch.
     *
     * @param part from 0
     * @param partSumNano the part's debits
     */
    record EpochSettled(EventPlace place, long epoch, int part, long partSumNano)
            implements ContractEvent {

        public EpochSettled {
            requireNonNull(place, "place is null");
        }
    }

    /** A model was proposed. */
    record ModelRegistered(EventPlace place, String model, String publisher) implements ModelEvent {

        public ModelRegistered {
            requireNonNull(place, "place is null");
            requireNonNull(model, "model is null");
            requireNonNull(publisher, "publisher is null");
        }
    }

    /**
     * A price was announced.
     *
     * @param version from 1
     * @param feeBasisPoints of what such requests pay, for the treasury
     * @param effectiveMillis for requests appended at or after it, unix ms
     */
    record ModelPriced(
            EventPlace place,
            String model,
            int version,
            long priceNanoPerMillion,
            int feeBasisPoints,
            long effectiveMillis)
            implements ModelEvent {

        public ModelPriced {
            requireNonNull(place, "place is null");
            requireNonNull(model, "model is null");
        }
    }

    /**
     * A model was proposed, activated or revoked.
     *
     * @param status as in IModelRegistry.Status: 0 None, 1 Proposed, 2 Active, 3 Revoked
     */
    record ModelStatusChanged(EventPlace place, String model, int status) implements ModelEvent {

        public ModelStatusChanged {
            requireNonNull(place, "place is null");
            requireNonNull(model, "model is null");
        }
    }
}
