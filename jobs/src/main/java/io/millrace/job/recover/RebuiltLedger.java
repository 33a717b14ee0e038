package io.millrace.job.recover;

import static java.util.Objects.requireNonNull;

import io.millrace.admit.Admitted;
import io.millrace.admit.Funds;
import io.millrace.admit.ModelListing;
import io.millrace.admit.Release;
import io.millrace.admit.RequestPlace;
import io.millrace.chain.CutPosition;
import io.millrace.meter.Charge;
import io.millrace.meter.Usage;
import io.millrace.settle.EpochSealer;
import io.millrace.settle.PendingRequester;
import java.util.List;
import java.util.Map;

/**
 * The state of the job's operators, as far as the ledger defines it. What was in flight is not in
 * it: those requests are read again.
 *
 * @param checkpoint id that the state is given: above every one that the ledger knows, so that no
 *     cut is named twice
 * @param accounted request records to pass over
 */
public record RebuiltLedger(
        long checkpoint,
        Seal seal,
        List<Model> models,
        List<Requester> requesters,
        List<Meter> meters,
        List<Shard> shards,
        List<RequestPlace> accounted,
        Gate gate) {

    /** Checks and copies. */
    public RebuiltLedger {
        requireNonNull(seal, "seal is null");
        requireNonNull(gate, "gate is null");
        models = List.copyOf(models);
        requesters = List.copyOf(requesters);
        meters = List.copyOf(meters);
        shards = List.copyOf(shards);
        accounted = List.copyOf(accounted);
    }

    /**
     * Of the seal operator.
     *
     * @param positions of the last epoch, or of what is unsealed where that lies behind them
     */
    public record Seal(EpochSealer.Head head, List<CutPosition> positions) {

        /** Checks and copies. */
        public Seal {
            requireNonNull(head, "head is null");
            positions = List.copyOf(positions);
        }
    }

    /**
     * Of the gate keeper.
     *
     * @param unsettledNano charged and not final on chain
     * @param unsettledParts in the log and not final on chain
     */
    public record Gate(long unsettledNano, long unsettledParts) {}

    /** Of validate. */
    public record Model(String model, ModelListing listing) {}

    /** Of admit, keyed by requester. */
    public record Requester(
            String requesterAddress,
            Funds funds,
            Map<String, Admitted> admitted,
            Map<Long, String> lastByDeadline) {

        /** Copies. */
        public Requester {
            admitted = Map.copyOf(admitted);
            lastByDeadline = Map.copyOf(lastByDeadline);
        }
    }

    /** Of meter, keyed by requester. */
    public record Meter(String requesterAddress, long sequence, Map<String, Usage> usage) {

        /** Copies. */
        public Meter {
            usage = Map.copyOf(usage);
        }
    }

    /** Of the shard cut, keyed by shard. */
    public record Shard(
            int shard,
            List<Charge> charges,
            List<PendingRequester> requesters,
            List<Release> releases) {

        /** Copies. */
        public Shard {
            charges = List.copyOf(charges);
            requesters = List.copyOf(requesters);
            releases = List.copyOf(releases);
        }
    }
}
